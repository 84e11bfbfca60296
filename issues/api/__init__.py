"""The archive as JSON, for programs: everything that readers see, and nothing that they do not.

`/api/v1/` only ever reads. It asks for no key, sets no cookie and is open to every other site.
"""
