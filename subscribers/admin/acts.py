"""What is done for one person at the desk, by a button of its own."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from subscribers import subscriptions
from subscribers.admin.forms import LeaveForm
from subscribers.consent import Proof
from subscribers.models import Subscriber

NO_LETTER = gettext_lazy(
    "No letter was sent: several went to this address lately. Wait a quarter of an hour; after "
    "three letters, a day."
)


class Acts:
    """For the screen of subscribers."""

    def get_urls(self):
        leave, ask = map(self.admin_site.admin_view, (self.take_off, self.ask_again))
        return [
            path("<int:pk>/leave/", leave, name="subscribers_subscriber_leave"),
            path("<int:pk>/ask/", ask, name="subscribers_subscriber_ask"),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def take_off(self, request, pk: int):
        """Take a person off the list, who has asked for it in another way than by our links."""
        person = self.person_to_change(request, pk)
        form = LeaveForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Say why, in at most 500 characters. Nothing was done yet."))
        elif subscriptions.leave(person, proof_of(request), **form.cleaned_data):
            self.log_change(request, person, _("Taken off the list."))
            messages.success(request, _("They are off the list. No more letters go there."))
        else:
            messages.info(request, _("They had left already."))
        return redirect("admin:subscribers_subscriber_change", pk)

    @method_decorator(require_POST)
    def ask_again(self, request, pk: int):
        """Send the letter that asks for confirmation once more, or to who was unreachable."""
        person = self.person_to_change(request, pk)
        if person.state not in (Subscriber.State.PENDING, Subscriber.State.BOUNCED):
            messages.info(request, _("There is nothing that they have to confirm."))
        elif subscriptions.ask(person.address, proof_of(request)):
            self.log_change(request, person, _("Asked again to confirm."))
            messages.success(request, _("The confirmation is on its way again."))
        else:
            messages.warning(request, NO_LETTER)
        return redirect("admin:subscribers_subscriber_change", pk)

    def person_to_change(self, request, pk: int) -> Subscriber:
        person = get_object_or_404(Subscriber, pk=pk)
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        return person


def proof_of(request) -> Proof:
    """Say that it was done at the desk, and by whom."""
    return Proof("admin", request.path, by=request.user)
