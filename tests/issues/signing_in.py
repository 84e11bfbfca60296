"""The addresses at which people sign in, and whether they are in."""

INDEX, SIGN_IN = "/admin/", "/admin/login/"
CODE, PAGE = "/admin/code/", "/admin/second-step/"
PASSWORD = "pencil"


def is_in(client) -> bool:
    return client.get(INDEX).status_code == 200
