"""Migrations run while the code from before runs: the rule, and what the database makes of it."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from bitsletter import upgrading
from issues.models import Issue
from subscribers.models import Subscriber

FIELD = models.CharField(max_length=20)
RIGHTS = "It gives rights to groups, which old code only reads."


def found(*operations, **attributes) -> list[str]:
    """Give what the rule says of a migration after those from before it."""
    migration = type("Migration", (migrations.Migration,), {"operations": operations, **attributes})
    state = MigrationLoader(None).project_state(list(upgrading.BEFORE.items()))
    return list(upgrading.troubles_of(migration("9999_new", "issues"), state))


def field_of(model: str, name: str) -> models.Field:
    state = MigrationLoader(None).project_state(list(upgrading.BEFORE.items()))
    return state.models["issues", model].fields[name].clone()


def altered(model: str, name: str, **changes):
    field = field_of(model, name)
    _, _, args, facts = field.deconstruct()
    return migrations.AlterField(model, name, type(field)(*args, **{**facts, **changes}))


def nothing(*_args) -> None:
    pass


class TestWhatIsSafe:
    @pytest.mark.parametrize(
        "operation",
        [
            migrations.CreateModel("Note", [("id", models.BigAutoField(primary_key=True))]),
            migrations.AddField("Issue", "mood", models.CharField(max_length=20, null=True)),
            migrations.AddField("Issue", "mood", models.CharField(max_length=20, db_default="")),
            migrations.AddField("Issue", "fans", models.ManyToManyField("issues.Tag")),
            migrations.AddIndex("Issue", models.Index(fields=["title"], name="by_title")),
            migrations.RemoveIndex("Issue", "by_title"),
            migrations.AlterModelOptions("Issue", {"verbose_name": "edition"}),
        ],
        ids=lambda operation: operation.describe(),
    )
    def test_for_old_code(self, operation):
        operation.state_forwards = nothing  # of some, the state knows no counterpart

        assert found(operation) == []

    def test_other_words_and_more_room(self):
        assert found(altered("asset", "alt", max_length=900, help_text="Other words.")) == []
        assert found(altered("asset", "alt", null=True)) == []
        assert found(altered("asset", "alt", db_index=True)) == []
        assert found(altered("asset", "alt", db_default="")) == []

    def test_anything_within_a_new_table(self):
        made = migrations.CreateModel("Note", [("id", models.BigAutoField(primary_key=True))])

        assert found(made, migrations.AddField("Note", "text", FIELD)) == []

    def test_to_forget_a_column_that_fills_itself(self):
        forgotten = [migrations.RemoveField("Asset", "bytes")]

        assert found(migrations.SeparateDatabaseAndState(state_operations=forgotten)) == []


class TestWhatIsNot:
    @pytest.mark.parametrize(
        ("operation", "word"),
        [
            (migrations.AddField("Issue", "mood", FIELD), "db_default"),
            (migrations.RemoveField("Issue", "summary"), "one release later"),
            (migrations.RenameField("Issue", "summary", "lead"), "add a new column"),
            (migrations.RenameModel("Issue", "Edition"), "Meta.db_table"),
            (migrations.DeleteModel("WorkingCopy"), "one release later"),
            (migrations.RunSQL("SELECT 1"), "reason"),
            (migrations.RunPython(nothing), "reason"),
            (
                migrations.AddConstraint(
                    "Issue", models.CheckConstraint(condition=models.Q(pk__gt=0), name="positive")
                ),
                "keep to it first",
            ),
            (
                migrations.AddIndex("Section", models.Index(fields=["title"], name="by_title")),
                "a million rows",
            ),
            (
                migrations.AddField("Section", "mood", models.SlugField(null=True)),
                "a million rows",
            ),
        ],
        ids=lambda one: one if isinstance(one, str) else one.describe(),
    )
    def test_is_named_with_what_to_do_instead(self, operation, word):
        operation.state_forwards = nothing

        [trouble] = found(operation)

        assert word in trouble
        assert operation.describe() in trouble

    def test_a_stricter_column(self):
        assert "add another one" in found(altered("asset", "alt", max_length=20))[0]
        assert "add another one" in found(altered("asset", "renewed_at", null=False))[0]
        assert "add another one" in found(altered("asset", "alt", unique=True))[0]
        assert "add another one" in found(altered("section", "byline", db_index=True))[0]

    def test_a_column_of_which_the_code_knows_nothing_and_that_nobody_fills(self):
        forgotten = [migrations.RemoveField("Asset", "width")]

        [trouble] = found(migrations.SeparateDatabaseAndState(state_operations=forgotten))

        assert "db_default" in trouble

    def test_a_column_dropped_behind_the_state(self):
        dropped = [migrations.RemoveField("Issue", "summary")]

        [trouble] = found(migrations.SeparateDatabaseAndState(database_operations=dropped))

        assert "one release later" in trouble


class TestExcuses:
    def test_one_with_a_reason_holds(self):
        excused = {"Raw Python operation": RIGHTS}

        assert found(migrations.RunPython(nothing), excused=excused) == []

    def test_one_without_does_not(self):
        [trouble] = found(migrations.RunPython(nothing), excused={"Raw Python operation": "ok"})

        assert "without a reason" in trouble

    def test_nor_does_one_for_nothing(self):
        [trouble] = found(excused={"Raw Python operation": RIGHTS})

        assert "nothing to excuse" in trouble


def test_our_own_new_migrations_keep_to_the_rule():
    assert upgrading.troubles() == []


@pytest.mark.django_db
class TestOldCodeOnTheNewTables:
    """The tables are those of all migrations; the models are those from before the rule."""

    @pytest.fixture(scope="class")
    def old(self):
        return MigrationLoader(None).project_state(list(upgrading.BEFORE.items())).apps

    def test_each_column_that_it_does_not_know_fills_itself(self, old):
        with connection.cursor() as cursor:
            for model in old.get_models(include_auto_created=True):
                known = {field.column for field in model._meta.local_concrete_fields}
                columns = connection.introspection.get_table_description(
                    cursor, model._meta.db_table
                )
                assert known <= {column.name for column in columns}
                unfilled = {
                    column.name
                    for column in columns
                    if column.name not in known and not column.null_ok and column.default is None
                }
                assert (model._meta.db_table, unfilled) == (model._meta.db_table, set())

    def test_it_adds_what_new_code_reads(self, old):
        now = timezone.now()
        old.get_model("issues", "Issue").objects.create(number=1, title="Old", published_at=now)
        old.get_model("subscribers", "Subscriber").objects.create(
            email="ada@example.org", key="ada@example.org", state="active", confirmed_at=now
        )

        assert Issue.objects.published().get().title == "Old"
        assert Subscriber.objects.get().email == "ada@example.org"


@pytest.mark.once
def test_check_deploy_says_so(monkeypatch):
    monkeypatch.setitem(upgrading.BEFORE, "issues", "0003_search")

    with pytest.raises(SystemCheckError, match="bitsletter.E002"):
        call_command("check", deploy=True, tags=["migrations"])
