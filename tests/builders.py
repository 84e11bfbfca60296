"""Issues, sections and pictures for tests; the one way of making them."""

import datetime
import hashlib
import io
import itertools
import re
import secrets
import time
from base64 import b32decode
from importlib import import_module

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from PIL import Image

from issues import history, search
from issues.models import Asset, Issue, SearchEntry, Section, SectionType, Tag, Variant
from subscribers.addresses import key_of
from subscribers.issue_mail.contents import Contents, Piece, Slot
from subscribers.models import Delivery, Mailing, Subscriber

YESTERDAY = datetime.timedelta(days=-1)
TOMORROW = datetime.timedelta(days=1)


def install_rows() -> None:
    """Make the rows that migrations made: whoever empties the database takes them away, too."""
    for name, make in {
        "0002_section_types": "install",
        "0006_roles": "install",
        "0009_asset_uses": "let_editors_delete",
        "0012_audit_log_is_read": "install",
    }.items():
        getattr(import_module(f"issues.migrations.{name}"), make)(apps, None)
    for name in ("0002_subscriber_manager", "0005_delivery_rights"):
        import_module(f"subscribers.migrations.{name}").install(apps, None)


def make_issue(number=1, published=YESTERDAY, sections=(), **fields) -> Issue:
    """Make an issue; `published` is when, seen from now, or None for a draft.

    `sections` are titles, or dictionaries for `make_section`.
    """
    moment = None if published is None else timezone.now() + published
    fields = {"title": f"Issue number {number}", "published_at": moment, **fields}
    issue = Issue.objects.create(number=number, **fields)
    for position, section in enumerate(sections, start=1):
        given = {"title": section} if isinstance(section, str) else section
        make_section(issue=issue, position=position, **given)
    return issue


def make_ready_issue(number=1, published=None, **fields) -> Issue:
    """Make a draft, or an issue of that date, that nothing holds back from being published."""
    body = "Raise the learning rate over the first steps, slowly and with a warm start."
    section = {"title": "Warm up", "body": body, "tags": ["training"]}
    fields = {"title": "Warm up", "summary": "How to begin a training run.", **fields}
    return make_issue(number, published, [section], **fields)


def make_unready_issue(number=1, **fields) -> Issue:
    """Make a draft that pre-flight holds back: it has a section that nobody has written."""
    return make_issue(number, None, ["Not written yet"], **fields)


def make_public(issue: Issue) -> None:
    """Publish an issue as the desk does, whatever pre-flight says of it."""
    issue.publish()
    search.index(issue.sections.all())


def make_section(issue=None, title="A tip", type="ml-tip", tags=(), **fields) -> Section:
    """Make a section, with its tags, and index it as the admin does."""
    section_type = SectionType.objects.get(slug=type)
    section = Section.objects.create(issue=issue, title=title, type=section_type, **fields)
    section.tags.set(Tag.objects.named(tags))
    search.index([section])
    # Whoever changes what is in an issue says so; here without counting its version on.
    Issue.objects.filter(pk=section.issue_id).update(updated_at=timezone.now())
    return section


def found(text: str, among=None) -> list[str]:
    """Give the titles of the sections that hold these words, public or not, the best first.

    `among` says which may be found: a QuerySet of SearchEntry.
    """
    entries = SearchEntry.objects.all() if among is None else among
    answer = search.answer(search.Question(text), size=100, entries=entries)
    return [hit.section.title for hit in answer.hits]


def issue_form(*sections: dict, issue: Issue | None = None, **fields) -> dict:
    """Give what the issue's form posts; each of `sections` is a row, such as `row` gives."""
    saved = [section for section in sections if "id" in section]
    data = {
        "number": issue.number if issue else 1,
        "title": "My issue",
        "version": issue.version if issue else 0,
        "sections-TOTAL_FORMS": len(sections),
        "sections-INITIAL_FORMS": len(saved),
        **fields,
    }
    for index, section in enumerate(sections):
        defaults = {"type": SectionType.objects.get(slug="ml-tip").pk, "position": ""}
        if issue:
            defaults["issue"] = issue.pk
        data |= {f"sections-{index}-{name}": v for name, v in (defaults | section).items()}
    return data


def row(section: Section, **changes) -> dict:
    """Give the fields of a saved section as the issue's form posts them."""
    names = ("id", "title", "short_title", "slug", "body", "link", "byline", "position")
    values = {name: getattr(section, name) for name in names}
    tags = ", ".join(tag.name for tag in section.tags.all())
    return {**values, "type": section.type_id, "tags": tags, **changes}


def recorded_issue(*args, **fields) -> Issue:
    """Make an issue as `make_issue` does, and record it in the history."""
    issue = make_issue(*args, **fields)
    history.record(issue)
    return issue


def newest_revision(row: Issue | Section):
    return history.versions(row).first()


def change(row: Issue | Section, **fields) -> None:
    """Change a row as somebody else would, without a record in the history."""
    now = type(row).objects.get(pk=row.pk)
    for name, value in fields.items():
        setattr(now, name, value)
    now.save()
    if isinstance(now, Section):
        Issue.objects.filter(pk__in=[row.issue_id, now.issue_id]).touch()
        search.index([now])


def make_colleague(role=None, name=None, **fields):
    """Make somebody of the staff; `role` is the name of a group, None for no rights at all."""
    name = name or (role or "colleague").lower()
    fields = {"password": "pencil", "is_staff": True, **fields}
    user = get_user_model().objects.create_user(name, **fields)
    user.groups.add(*Group.objects.filter(name=role))
    return user


def make_device(user) -> TOTPDevice:
    """Set up the second step of an account, as its page does; `code_of` is what the phone shows."""
    return TOTPDevice.objects.create(user=user, name="app")


def code_of(device: TOTPDevice, steps: int = 0) -> str:
    """Give what the app on the phone shows so many half minutes from now.

    Waits where the present half minute is about to end: then another code would be due at once.
    """
    left = 30 - time.time() % 30
    if left < 1:
        time.sleep(left)
    return f"{totp(device.bin_key, t0=-30 * steps):06}"


def phone_of(page) -> TOTPDevice:
    """Give a phone that has scanned the picture of the page on which it is set up."""
    return phone_told(
        re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.content.decode())[1]
    )


def phone_told(secret: str) -> TOTPDevice:
    """Give a phone into whose app this secret was typed."""
    return TOTPDevice(key=b32decode(secret.replace(" ", "")).hex())


def forget_pages() -> None:
    """Let every page be made anew, while all that it is made of stays as warm as it is."""
    for name in ("pages", "large", "questions"):
        caches[name].clear()


def picture(image_format="PNG", size=(40, 30), color="teal", **options) -> io.BytesIO:
    """Draw a picture file."""
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, image_format, **options)
    file.seek(0)
    file.name = f"picture.{image_format.lower()}"
    return file


def animation(image_format="GIF", size=(8, 8), durations=(80, 40, 120), **options) -> io.BytesIO:
    """Draw a picture file that moves, one frame for each duration."""
    colors = itertools.cycle(["red", "green", "blue"])
    first, *more = (Image.new("RGB", size, next(colors)) for _ in durations)
    file = io.BytesIO()
    options = {"save_all": True, "duration": list(durations), "loop": 0, **options}
    first.save(file, image_format, append_images=more, **options)
    file.seek(0)
    file.name = f"animation.{image_format.lower()}"
    return file


def make_asset(name="A picture", **fields) -> Asset:
    """Make the row of a picture that is described by its name; its file is not there."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    known = {"file": f"a/{digest[:32]}.png", "sha256": digest, "width": 40, "height": 30}
    return Asset.objects.create(**{**known, "alt": name, **fields})


def make_picture(size=(1200, 800), widths=(480, 960), moves=False, color="teal", **fields) -> Asset:
    """Store a picture of one colour with its variants; `moves` makes it an animation."""
    name, (width, height) = secrets.token_hex(16), size
    asset = Asset(width=width, height=height, sha256=name * 2, is_animated=moves, **fields)
    image_format, extension = ("GIF", "gif") if moves else ("JPEG", "jpg")
    data = picture(image_format, size, color).getvalue()
    asset.file.save(f"{name}.{extension}", ContentFile(data), save=False)
    kinds = [("avif", False), ("webp", False), *([("webp", True)] if moves else [])]
    asset.variants = [
        make_variant(name, kind, (wide, round(height * wide / width)), color, moving)._asdict()
        for kind, moving in kinds
        for wide in widths
    ]
    asset.save()
    return asset


def make_variant(name, image_format, size, color, moves) -> Variant:
    data = picture(image_format.upper(), size, color).getvalue()
    motion = "-moves" if moves else ""
    stored = f"a/{name}-{size[0]}{motion}.{image_format}"
    Asset.storage().save(stored, ContentFile(data))
    return Variant(image_format, *size, stored, len(data), moves)


def make_subscriber(email="ada@example.org", state="active", unwanted=(), **fields) -> Subscriber:
    """Make a subscriber; `unwanted` are slugs of the types that they leave out."""
    now = timezone.now()
    moments = {"active": {"confirmed_at": now}, "left": {"confirmed_at": now, "left_at": now}}
    fields = {"email": email, "key": key_of(email), **moments.get(state, {}), **fields}
    subscriber = Subscriber.objects.create(state=state, **fields)
    subscriber.unwanted_types.set(SectionType.objects.filter(slug__in=unwanted))
    return subscriber


def make_contents(*sections: str, subject="Warm up", sender="news@example.org") -> Contents:
    """Make the mail of an issue by hand; `sections` are slugs of types, one tip each."""
    types = SectionType.objects.in_bulk(field_name="slug")
    tips = [
        Piece(f"<p>A tip: {slug}</p>", f"A tip: {slug}\n\n", types[slug].pk)
        for slug in sections or ["ml-tip"]
    ]
    leave, left_out = Slot.LEAVE_URL.mark, Slot.LEFT_OUT.mark
    rest = Piece(f"<p>{left_out}</p>", f"{left_out}\n\n", is_if_left_out=True)
    foot = Piece(f'<p><a href="{leave}">Leave</a></p>', f"To {Slot.EMAIL.mark}\n{leave}\n")
    return Contents(subject, sender, (Piece("<h1>Warm up</h1>", "Warm up\n\n"), *tips, rest, foot))


def make_mailing(issue=None, contents=None, **fields) -> Mailing:
    """Make a mailing as approving does, of an issue that is public; it is due."""
    contents = contents or make_contents()
    given = {"state": Mailing.State.APPROVED, "scheduled_for": timezone.now(), **fields}
    return Mailing.objects.create(
        issue=issue or make_ready_issue(published=YESTERDAY),
        subject=contents.subject,
        sender=contents.sender,
        contents=contents.as_json(),
        digest=contents.digest,
        **{"size": 1000, "audience": 0, **given},
    )


def make_delivery(mailing, subscriber=None, state=Delivery.State.QUEUED, **fields) -> Delivery:
    """Make the row of one person in the ledger."""
    now = timezone.now()
    moments = {"due_at": now} if state in Delivery.OPEN else {"ended_at": now}
    person = subscriber or make_subscriber(f"reader-{secrets.token_hex(4)}@example.org")
    return Delivery.objects.create(
        **{"mailing": mailing, "subscriber": person, "state": state, **moments, **fields}
    )
