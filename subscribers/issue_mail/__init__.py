"""The mail of an issue: written once, frozen, and filled in for each person; nothing is sent here.

An issue becomes `Contents`: pieces of HTML and text with slots for what is personal. What somebody
chose makes a `Variant` of them, encoded for the wire; `IssueMail` fills it in.
"""
