"""What an editor says of a file that comes in, and of one that goes out."""

import datetime
import hashlib

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from issues.characters import one_line
from subscribers.exchange.deciding import Mode, Plan
from subscribers.exchange.decoding import too_large
from subscribers.exchange.problems import UnreadableFile
from subscribers.exchange.records import Delimiter
from subscribers.exchange.rows import FIRST_DAY, in_zone
from subscribers.exchange.table import Table
from subscribers.models import Subscriber

# About a minute; more is for the command.
MAX_BYTES = 20 * 1024 * 1024
MAX_LINES = 100_000
MAX_FILE_NAME = 200

ENCODINGS = [
    ("", _("Recognise it")),
    ("utf-8", "UTF-8"),
    ("utf-16", "UTF-16"),
    ("cp1252", _("Windows, western (cp1252)")),
    ("cp1250", _("Windows, central European (cp1250)")),
    ("cp1251", _("Windows, Cyrillic (cp1251)")),
    ("mac-roman", _("Old Macintosh (mac-roman)")),
]
DELIMITERS = [
    ("", _("Recognise it")),
    *((one.value, capfirst(one.label)) for one in Delimiter),
]


class ImportForm(forms.Form):
    file = forms.FileField(label=_("File"))
    mode = forms.ChoiceField(label=_("What to do"), choices=Mode, initial=Mode.ADD)
    source = forms.CharField(
        label=_("How they agreed"),
        max_length=300,
        required=False,
        widget=forms.TextInput({"class": "vTextField"}),
        help_text=_(
            "One sentence, kept with each person as proof, such as “Moved from listmonk, "
            "double opt-in since 2021”. Not needed to update."
        ),
    )
    consent_date = forms.DateField(
        label=_("When they agreed"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text=_("For those of whom the file has no date."),
    )
    encoding = forms.ChoiceField(label=_("Encoding"), choices=ENCODINGS, required=False)
    delimiter = forms.ChoiceField(label=_("Delimiter"), choices=DELIMITERS, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        most = {"size": filesizeformat(MAX_BYTES), "lines": intcomma(MAX_LINES)}
        words = gettext("CSV, of at most %(size)s and %(lines)s lines.")
        self.fields["file"].help_text = words % most

    def clean_source(self) -> str:
        return one_line(self.cleaned_data["source"])

    def clean_consent_date(self) -> datetime.date | None:
        date = self.cleaned_data["consent_date"]
        if date and not FIRST_DAY.date() < date <= timezone.localdate():
            raise ValidationError(_("Nobody has agreed on that day."))
        return date

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            way = gettext("It is for manage.py import_subscribers.")
            raise ValidationError(f"{too_large(MAX_BYTES)} {way}")
        self.file_name = one_line(file.name)[:MAX_FILE_NAME]
        return file.read()

    def clean(self):
        said = self.cleaned_data
        if "file" not in said or self.errors:
            return said
        try:
            self.table = Table(said["file"], said["encoding"], said["delimiter"])
        except UnreadableFile as error:
            raise ValidationError({"file": str(error)}) from error
        if self.table.line_count > MAX_LINES + 1:  # one says what the others are
            words = gettext(
                "The file has more than %s lines: it is for manage.py import_subscribers."
            )
            raise ValidationError({"file": words % intcomma(MAX_LINES)})
        return said

    def plan(self, user) -> Plan:
        said = self.cleaned_data
        date = said["consent_date"]
        return Plan(
            mode=Mode(said["mode"]),
            source=said["source"],
            file=self.file_name,
            consent_at=in_zone(date) if date else None,
            by=user,
            at=timezone.now(),
        )

    def digest(self) -> str:
        """Give a mark of the file and all that was said of it, which another file has not."""
        said = {name: self.cleaned_data[name] for name in self.fields if name != "file"}
        data = hashlib.sha256(self.cleaned_data["file"])
        data.update(repr(sorted(said.items())).encode())
        return data.hexdigest()


class ExportForm(forms.Form):
    states = forms.MultipleChoiceField(
        label=_("States"),
        choices=Subscriber.State,
        initial=[Subscriber.State.ACTIVE],
        widget=forms.CheckboxSelectMultiple,
    )
