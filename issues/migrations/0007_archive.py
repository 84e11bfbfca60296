"""Add what the archive answers from: moments of correction, search entries, words and titles.

All but the moments is derived: `manage.py reindex` fills it, or the worker does. The entries are
filled here already, since pages of tags and types read them and would be empty until then.
"""

from collections import defaultdict

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

BATCH = 1000  # sections that are held in memory at once
FACTS = ("pk", "issue_id", "type_id", "issue__published_at", "superseded_by_id")

# The index gets a column for words whose terms are others, in which half-typed words are found,
# and a table of the words of titles, for suggestions while somebody types.
SQLITE = [
    "DROP TABLE issues_search",
    """
    CREATE VIRTUAL TABLE issues_search USING fts5(
        title, tags, body, forms, digest UNINDEXED, tokenize = "unicode61 remove_diacritics 0"
    )
    """,
    # How much a hit in the title, in a tag, in the body and in a form weighs.
    "INSERT INTO issues_search (issues_search, rank) VALUES ('rank', 'bm25(10.0, 5.0, 1.0, 0.1)')",
    """
    CREATE VIRTUAL TABLE issues_search_title USING fts5(
        title, tokenize = "unicode61 remove_diacritics 0", prefix = "2 3"
    )
    """,
]
UNDO_SQLITE = [
    "DROP TABLE issues_search_title",
    "DROP TABLE issues_search",
    """
    CREATE VIRTUAL TABLE issues_search USING fts5(
        title, tags, body, digest UNINDEXED, tokenize = "unicode61 remove_diacritics 0"
    )
    """,
    "INSERT INTO issues_search (issues_search, rank) VALUES ('rank', 'bm25(10.0, 5.0, 1.0)')",
]

POSTGRESQL = [
    "ALTER TABLE issues_search ADD COLUMN title tsvector NOT NULL DEFAULT ''",
    "CREATE INDEX issues_search_title ON issues_search USING gin (title)",
]
UNDO_POSTGRESQL = ["ALTER TABLE issues_search DROP COLUMN title"]


def add_titles(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop_titles(apps, schema_editor):
    undo = {"sqlite": UNDO_SQLITE, "postgresql": UNDO_POSTGRESQL}
    for statement in undo[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def fill_entries(apps, schema_editor):
    """Write for each section what `issues.search.entries` wrote in the days of this migration."""
    sections = apps.get_model("issues", "Section").objects.order_by("pk")
    model = apps.get_model("issues", "SearchEntry")
    last = 0
    while found := list(sections.filter(pk__gt=last).values_list(*FACTS)[:BATCH]):
        first, last = found[0][0], found[-1][0]
        tags = tags_between(apps, first, last)
        model.objects.bulk_create(
            model(
                section_id=pk,
                issue_id=issue,
                type_id=section_type,
                published_at=moment,
                year=year_of(moment) if moment else None,
                tags=" ".join(map(str, sorted(tags[pk]))),
                superseded_by_id=superseded_by,
            )
            for pk, issue, section_type, moment, superseded_by in found
        )


def tags_between(apps, first, last):
    """Give the keys of the tags of the sections with these and the keys between."""
    items = apps.get_model("issues", "SectionTag").objects
    found = defaultdict(list)
    between = items.filter(content_object__gte=first, content_object__lte=last)
    for section, tag in between.values_list("content_object_id", "tag_id"):
        found[section].append(tag)
    return found


def year_of(moment):
    try:
        return timezone.localtime(moment).year
    except OverflowError:  # in the last hours of the calendar
        return moment.year


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0006_roles"),
    ]

    operations = [
        migrations.AddField(
            model_name="issue",
            name="corrected_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="issue",
            name="shown_digest",
            field=models.CharField(blank=True, editable=False, max_length=24),
        ),
        migrations.AddField(
            model_name="section",
            name="corrected_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="section",
            name="shown_digest",
            field=models.CharField(blank=True, editable=False, max_length=24),
        ),
        migrations.AlterField(
            model_name="issue",
            name="updated_at",
            field=models.DateTimeField(auto_now=True, db_index=True, verbose_name="last changed"),
        ),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "section",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="issues.section",
                    ),
                ),
                ("type_id", models.BigIntegerField()),
                ("published_at", models.DateTimeField(db_index=True, null=True)),
                (
                    "year",
                    models.SmallIntegerField(
                        help_text="Of `published_at`, in the site's zone.", null=True
                    ),
                ),
                (
                    "tags",
                    models.TextField(blank=True, help_text="The tags' keys, with a space between."),
                ),
                ("superseded_by_id", models.BigIntegerField(null=True)),
                (
                    "issue",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="issues.issue",
                    ),
                ),
            ],
            options={
                "verbose_name": "search entry",
                "verbose_name_plural": "search entries",
                "indexes": [
                    models.Index(
                        fields=["type_id", "published_at"], name="issues_sear_type_id_2b4ea9_idx"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("first", models.CharField(max_length=1)),
                ("length", models.PositiveSmallIntegerField()),
            ],
            options={
                "verbose_name": "word",
                "verbose_name_plural": "words",
                "indexes": [
                    models.Index(fields=["first", "length"], name="issues_sear_first_a4b10b_idx")
                ],
            },
        ),
        migrations.RunPython(add_titles, drop_titles),
        migrations.RunPython(fill_entries, migrations.RunPython.noop),
    ]
