"""What is done with a mailing at the desk: a page that asks for each act, and its button."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from issues.moments import in_words
from subscribers.admin import progress
from subscribers.connection import without_addresses
from subscribers.delivery import controlling, report, totals
from subscribers.delivery.refusals import Refused
from subscribers.delivery.rights import APPROVE
from subscribers.delivery.totals import Totals
from subscribers.models import Delivery, Mailing

State, Row = Mailing.State, Delivery.State

NO_CODE = "none"


class RetryForm(forms.Form):
    """Which failures are tried again, by what the mail server said."""

    code = forms.MultipleChoiceField(
        label=gettext_lazy("What the mail server said"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, mailing: Mailing, data=None):
        super().__init__(data)
        found = report.failures_by_code(mailing)
        self.fields["code"].choices = [(name_of(code), label(code, n)) for code, n in found]
        self.fields["code"].initial = [name_of(code) for code, _n in found]

    def codes(self) -> list[int | None]:
        return [None if one == NO_CODE else int(one) for one in self.cleaned_data["code"]]


def name_of(code: int | None) -> str:
    return NO_CODE if code is None else str(code)


def label(code: int | None, count: int) -> str:
    facts = {"code": _("no code") if code is None else code, "count": count}
    return _("%(code)s: %(count)d") % facts


@dataclass(frozen=True)
class Act:
    """A button: what it is called, what it does, and whether it asks first."""

    name: str
    label: str
    do: Callable
    asks: bool = True
    look: str = "is-minor"


ACTS = {
    act.name: act
    for act in (
        Act("pause", gettext_lazy("Pause"), controlling.pause, asks=False, look=""),
        Act("resume", gettext_lazy("Resume"), controlling.resume, look=""),
        Act("retry", gettext_lazy("Try the failed again"), controlling.retry_failed),
        Act("release", gettext_lazy("Send what is held"), controlling.release_held),
        Act("joined", gettext_lazy("Send to those who joined since"), controlling.send_to_joined),
        Act("cancel", gettext_lazy("Cancel the mailing"), controlling.cancel, look="is-dangerous"),
    )
}


def possible(mailing: Mailing, found: Totals) -> list[Act]:
    """Give what may be done with a mailing now."""
    is_cancelled, is_listed = mailing.state == State.CANCELLED, mailing.listed_at is not None
    is_on = mailing.state in progress.UNDER_WAY
    may = {
        "pause": is_on,
        "resume": mailing.state == State.PAUSED,
        "retry": has_failed(mailing, found) and controlling.failed(mailing).exists(),
        "release": found.in_state(Row.HELD) and not is_cancelled,
        "joined": is_listed and not is_cancelled and not controlling.is_too_old(mailing),
        "cancel": is_on or mailing.state == State.PAUSED,
    }
    return [act for name, act in ACTS.items() if may[name]]


def has_failed(mailing: Mailing, found: Totals) -> bool:
    """Say whether there is a failure of which something may still become."""
    return found.in_state(Row.FAILED) > 0 and mailing.state != State.CANCELLED


class MailingActs:
    """For the screen of mailings."""

    def get_urls(self):
        act, decide = map(self.admin_site.admin_view, (self.act, self.decide))
        return [
            path("<int:pk>/do/<slug:name>/", act, name="subscribers_mailing_act"),
            path("<int:pk>/held/<int:row>/", decide, name="subscribers_mailing_decide"),
            *super().get_urls(),
        ]

    def act(self, request, pk: int, name: str):
        """Ask whether to do it; do it when that is posted."""
        mailing = self.mailing_to_steer(request, pk)
        if name not in ACTS:
            raise Http404
        act = ACTS[name]
        if request.method != "POST" or act not in possible(mailing, totals.of(mailing)):
            return self.ask(request, mailing, act)
        if name != "retry":
            return self.carry_out(request, mailing, act.do)
        form = RetryForm(mailing, request.POST)
        if not form.is_valid():
            return self.ask(request, mailing, act, form)
        return self.carry_out(request, mailing, act.do, codes=form.codes())

    def decide(self, request, pk: int, row: int):
        """Say what became of one message that was held."""
        mailing = self.mailing_to_steer(request, pk)
        if request.method == "POST":
            state = request.POST.get("state", "")
            return self.carry_out(request, mailing, controlling.decide_held, row, state)
        return redirect("admin:subscribers_mailing_rows", pk, Row.HELD)

    def carry_out(self, request, mailing: Mailing, do: Callable, *args, **kwargs):
        try:
            messages.success(request, do(mailing, request.user, *args, **kwargs))
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("admin:subscribers_mailing_change", mailing.pk)

    def ask(self, request, mailing: Mailing, act: Act, form: RetryForm | None = None):
        found = totals.of(mailing)
        is_possible = act in possible(mailing, found)
        if act.name == "retry" and form is None and is_possible:
            form = RetryForm(mailing)
        context = {
            **self.page_context(request, mailing),
            "title": act.label,
            "act": act,
            "is_possible": is_possible,
            "is_nobody_left": act.name == "retry" and has_failed(mailing, found),
            "totals": found,
            "words": QUESTIONS[act.name](mailing, found) if is_possible else [],
            "form": form,
        }
        return TemplateResponse(request, "admin/subscribers/mailing_act.html", context)

    def mailing_to_steer(self, request, pk: int) -> Mailing:
        mailing = self.mailing_to_see(request, pk)
        if not request.user.has_perm(APPROVE):
            raise PermissionDenied
        return mailing


def of_pausing(mailing: Mailing, found: Totals) -> list[str]:
    return [_("Messages in hand still go out; nobody begins another one until you resume it.")]


def of_resuming(mailing: Mailing, found: Totals) -> list[str]:
    """Say why it waits, and how late it is if it has not begun."""
    words = [without_addresses(mailing.reason)] if mailing.reason else []
    now = timezone.now()
    if mailing.started_at is None and mailing.scheduled_for > now:
        return [*words, _("It begins on %s.") % in_words(mailing.scheduled_for)]
    if mailing.started_at is None:
        late = {
            "moment": in_words(mailing.scheduled_for),
            "ago": totals.in_words(now - mailing.scheduled_for),
        }
        ask = _("It was to go out on %(moment)s. That was %(ago)s ago. Now it begins at once.")
        return [*words, ask % late]
    return [*words, _("People who wait for it: %s.") % intcomma(found.open)]


def of_cancelling(mailing: Mailing, found: Totals) -> list[str]:
    left = intcomma(found.open + found.in_state(Row.HELD))
    return [
        _("Sent so far: %(sent)s. Not sent any more: %(left)s.")
        % {"sent": intcomma(found.sent), "left": left},
        _("This is for good: a mailing that is cancelled never goes on, nor is approved again."),
    ]


def of_retrying(mailing: Mailing, found: Totals) -> list[str]:
    counts = {
        "failed": intcomma(found.in_state(Row.FAILED)),
        "count": intcomma(controlling.failed(mailing).count()),
    }
    return [_("Failed: %(failed)s. Of these people, on the list still: %(count)s.") % counts]


def of_releasing(mailing: Mailing, found: Totals) -> list[str]:
    return [
        _("Messages of which nobody knows whether they arrived: %s.")
        % intcomma(found.in_state(Row.HELD)),
        _("If they are sent, some people may get the issue twice."),
    ]


def of_joining(mailing: Mailing, found: Totals) -> list[str]:
    count = controlling.joined_since(mailing).count()
    return [_("People on the list to whom this issue was not to go yet: %s.") % intcomma(count)]


QUESTIONS: dict[str, Callable[[Mailing, Totals], list[str]]] = {
    "pause": of_pausing,
    "resume": of_resuming,
    "cancel": of_cancelling,
    "retry": of_retrying,
    "release": of_releasing,
    "joined": of_joining,
}
