"""The rows of a formset as they are posted: saved ones first, whatever their order on the page."""

from django.http import QueryDict

from issues.draft import whole

MAX_ROWS = 1000  # Django's own limit of a formset


def saved_first(data: QueryDict, prefix: str) -> tuple[QueryDict, list[str]]:
    """Number the rows anew: those with an id, then the others, each group in its order.

    Django takes the first INITIAL_FORMS rows for the saved ones, but on the page a new row may
    stand above a saved one, and one that was just saved may stand behind a new one. Gives the
    data, and for each row the prefix it was posted with.
    """
    count = whole(data.get(f"{prefix}-TOTAL_FORMS"))
    if count is None or count > MAX_ROWS:
        return without_count(data, prefix), []  # Django then says that it is missing
    keys = [f"{prefix}-{index}" for index in range(count)]
    saved = [key for key in keys if data.get(f"{key}-id")]
    ordered = [*saved, *(key for key in keys if not data.get(f"{key}-id"))]
    moved = QueryDict(mutable=True)
    new_names = {key: f"{prefix}-{index}" for index, key in enumerate(ordered)}
    for name in data:
        moved.setlist(renamed(name, prefix, new_names), data.getlist(name))
    moved[f"{prefix}-INITIAL_FORMS"] = str(len(saved))
    return moved, ordered


def without_count(data: QueryDict, prefix: str) -> QueryDict:
    data = data.copy()
    data[f"{prefix}-TOTAL_FORMS"] = ""
    return data


def renamed(name: str, prefix: str, new_names: dict[str, str]) -> str:
    if not name.startswith(f"{prefix}-"):
        return name
    index, _, field = name[len(prefix) + 1 :].partition("-")
    return f"{new_names.get(f'{prefix}-{index}', f'{prefix}-{index}')}-{field}" if field else name
