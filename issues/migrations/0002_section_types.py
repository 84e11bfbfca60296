"""Install the section types of Bitsletter, with the recipe of an issue, and "Other"."""

from django.db import migrations

TYPES = [
    # name, plural, slug, emoji, colour, link label, link required, at least, at most
    ("ML tip", "ML tips", "ml-tip", "🧠", "violet", "Read more", False, 1, 1),
    ("Web tip", "Web tips", "web-tip", "🌐", "blue", "Read more", False, 1, 1),
    (
        "Research paper",
        "Research papers",
        "research-paper",
        "👩‍🔬",
        "green",
        "Read the paper",
        True,
        1,
        1,
    ),
    ("Tool", "Tools", "tool", "🛠", "orange", "Open the tool's home page", True, 0, 1),
    ("News", "News", "news", "📰", "red", "Read the source", False, 1, 5),
    ("Other", "Other", "other", "", "slate", "Read more", False, 0, None),
]
FIELDS = (
    *("name", "plural", "slug", "emoji", "color", "link_label", "link_required"),
    *("min_per_issue", "max_per_issue"),
)


def install(apps, schema_editor):
    section_type = apps.get_model("issues", "SectionType")
    for position, values in enumerate(TYPES, start=1):
        row = dict(zip(FIELDS, values, strict=True))
        section_type.objects.get_or_create(
            slug=row.pop("slug"), defaults={**row, "position": position}
        )


class Migration(migrations.Migration):
    dependencies = [("issues", "0001_models")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
