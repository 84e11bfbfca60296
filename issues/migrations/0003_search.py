"""Make the table of the search index, which is of another kind in each database.

It is a table of its own, without triggers on Django's tables: SQLite drops those silently
whenever a migration rebuilds a table. `issues.search` writes it; `manage.py reindex` rebuilds it.
"""

from django.db import migrations

SQLITE = [
    """
    CREATE VIRTUAL TABLE issues_search USING fts5(
        title, tags, body, digest UNINDEXED, tokenize = "unicode61 remove_diacritics 0"
    )
    """,
    # How much a hit in the title, in a tag and in the body weighs.
    "INSERT INTO issues_search (issues_search, rank) VALUES ('rank', 'bm25(10.0, 5.0, 1.0)')",
]

POSTGRESQL = [
    """
    CREATE TABLE issues_search (
        section_id bigint PRIMARY KEY,
        document tsvector NOT NULL,
        digest text NOT NULL
    )
    """,
    "CREATE INDEX issues_search_document ON issues_search USING gin (document)",
]


def make_table(apps, schema_editor):
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement)


def drop_table(apps, schema_editor):
    schema_editor.execute("DROP TABLE issues_search")


class Migration(migrations.Migration):
    dependencies = [("issues", "0002_section_types")]
    operations = [migrations.RunPython(make_table, drop_table)]
