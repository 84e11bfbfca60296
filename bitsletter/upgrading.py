"""The rule for migrations: each one runs while the code from before goes on running.

A site is upgraded in this order: migrate, then reload the web processes, then the workers. Until
the last of them has the new code, the old one reads and writes the new tables. So:

- Expand: a new column has a `db_default` or takes null, as the old code never names it.
- Then move the code over, in the same release: it may use the new column at once.
- Contract, one release later, when no code knows of the old column: what is dropped is taken out
  of the state first (`SeparateDatabaseAndState`), and out of the database by the next release.
- Nothing is renamed, and nothing becomes stricter, while old code may write what it always wrote.
- An index of a table that may be large keeps its writers waiting for as long as it is built.

`manage.py check --deploy` and the tests hold every new migration against it. A migration that
knows better says why, for each operation in Django's own words for it:

    excused = {"Raw Python operation": "It gives rights to groups, which old code only reads."}
"""

from collections.abc import Iterator

from django.core import checks
from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Field, ManyToManyField
from django.db.models.fields import NOT_PROVIDED

# The last migrations from before the rule.
BEFORE = {"issues": "0009_asset_uses", "subscribers": "0006_standing_slot"}
# Of these tables there may be hundreds of thousands of rows.
LARGE = {
    *("section", "sectiontag", "sectionlink", "assetuse", "searchentry"),
    *("subscriber", "consentevent", "suppression", "delivery", "letter", "bounce"),
}
HARMLESS = (
    *(migrations.CreateModel, migrations.RemoveConstraint, migrations.RemoveIndex),
    *(migrations.AlterModelOptions, migrations.AlterModelManagers, migrations.RenameIndex),
    *(migrations.AlterModelTableComment,),
)
MEASURE = "measure it with a million rows, and say how long"
INSTEAD = {
    migrations.DeleteModel: "take it out of the state now, and drop it one release later",
    migrations.RemoveField: "take it out of the state now, and drop it one release later",
    migrations.RenameField: "add a new column, and fill both until no old code is left",
    migrations.RenameModel: "keep the table: give the class its name as Meta.db_table",
    migrations.AlterModelTable: "keep the table as it is called",
    migrations.AddConstraint: "let a release keep to it first: old code may write otherwise",
    migrations.AlterUniqueTogether: "let a release keep to it first: old code may write otherwise",
    migrations.RunPython: "nobody can see from outside what it does: excuse it with a reason",
    migrations.RunSQL: "nobody can see from outside what it does: excuse it with a reason",
}
LEAST_WORDS = 4  # of a reason


@checks.register("migrations", deploy=True)
def check_migrations(app_configs=None, **kwargs) -> list:
    return [checks.Error(trouble, id="bitsletter.E002") for trouble in troubles()]


def troubles() -> list[str]:
    """Say what the code from before would not survive of the migrations that are new."""
    loader = MigrationLoader(None)
    return [
        f"{app}.{name}: {trouble}"
        for app, name in sorted(loader.disk_migrations)
        if app in BEFORE and name > BEFORE[app]
        for trouble in troubles_of(
            loader.disk_migrations[app, name], loader.project_state((app, name), at_end=False)
        )
    ]


def troubles_of(migration: migrations.Migration, state: ProjectState) -> Iterator[str]:
    """Say what is unsafe in a migration of the tables as they are before it."""
    excused = dict(getattr(migration, "excused", {}))
    made = {
        operation.name_lower
        for operation in migration.operations
        if isinstance(operation, migrations.CreateModel)
    }
    for operation in migration.operations:
        unsafe = instead(operation, migration.app_label, state, made)
        operation.state_forwards(migration.app_label, state)
        if not unsafe:
            continue
        name = operation.describe()
        if name not in excused:
            yield f"“{name}” breaks the code from before; {unsafe}."
        elif len(excused.pop(name).split()) < LEAST_WORDS:
            yield f"“{name}” is excused without a reason."
    yield from (f"“{name}” is excused, but there is nothing to excuse." for name in excused)


def instead(operation: Operation, app: str, state: ProjectState, made: set[str]) -> str:
    """Say what to do in place of an unsafe operation; "" if it is safe.

    `made` are the models of the same migration, of which the old code knows nothing.
    """
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        return instead_of_parts(operation, app, state, made)
    model = getattr(operation, "model_name_lower", "")
    if isinstance(operation, HARMLESS) or model in made:
        return ""
    if isinstance(operation, migrations.AddField):
        if not fills_itself(operation.field):
            return "give the column a db_default, or null"
        return MEASURE if model in LARGE and has_index(operation.field) else ""
    if isinstance(operation, migrations.AlterField):
        known = state.models[app, model].fields[operation.name]
        is_wider = takes_more(known, operation.field, may_gain_index=model not in LARGE)
        return "" if is_wider else "let the column take what it took: add another one"
    if isinstance(operation, migrations.AddIndex):
        return "" if model not in LARGE else MEASURE
    return INSTEAD.get(type(operation), "nobody knows this operation: excuse it with a reason")


def instead_of_parts(operation, app: str, state: ProjectState, made: set[str]) -> str:
    """Look at what happens in the database; a column that only the code forgets fills itself."""
    for part in operation.state_operations:
        if isinstance(part, migrations.RemoveField) and not operation.database_operations:
            field = state.models[app, part.model_name_lower].fields[part.name]
            if not fills_itself(field):
                return "give the column a db_default, or null, before the code forgets it"
    parts = (instead(part, app, state, made) for part in operation.database_operations)
    return next(filter(None, parts), "")


def fills_itself(field: Field) -> bool:
    """Say whether rows can be added by code that does not know of a column."""
    return isinstance(field, ManyToManyField) or field.null or has_db_default(field)


def has_index(field: Field) -> bool:
    return field.db_index or field.unique


def has_db_default(field: Field) -> bool:
    return field.db_default is not NOT_PROVIDED


def takes_more(old: Field, new: Field, may_gain_index: bool) -> bool:
    """Say whether a column takes all that it took before, and from code that leaves it out."""
    facts, others = facts_of(old), facts_of(new)
    length, other_length = facts.pop("max_length", 0), others.pop("max_length", 0)
    may_be_null, may_still = facts.pop("null", False), others.pop("null", False)
    facts.pop("db_default", None)
    others.pop("db_default", None)
    if may_gain_index:
        others["db_index"] = facts.setdefault("db_index", False)
    is_filled = has_db_default(new) or not has_db_default(old)
    is_as_long = (other_length or 0) >= (length or 0)
    return facts == others and is_as_long and may_still >= may_be_null and is_filled


def facts_of(field: Field) -> dict:
    """Give what the database knows of a column."""
    _, kind, args, facts = field.deconstruct()
    ours = {*field.non_db_attrs, "default", "auto_now", "auto_now_add", "on_delete"}
    return {"kind": kind, "args": args} | {k: v for k, v in facts.items() if k not in ours}
