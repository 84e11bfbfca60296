"""Mailings: approved by a person, sent by the worker, and counted row by row in a ledger."""
