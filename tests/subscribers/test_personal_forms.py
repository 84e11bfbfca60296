"""What is sent to the pages behind the links of letters."""

import pytest

from subscribers.models import ConsentEvent
from subscribers.tokens import Purpose
from tests.builders import make_subscriber
from tests.personal_pages import link

pytestmark = pytest.mark.django_db

PARTS = '--x\r\nContent-Disposition: form-data; name="do"\r\n\r\npause\r\n--x--'


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-7", "base64", "x"])
@pytest.mark.parametrize("purpose", [Purpose.CHOOSE, Purpose.LEAVE])
def test_a_form_in_an_odd_encoding_is_answered(client, purpose, charset):
    address = link(purpose, make_subscriber())

    kind = f"multipart/form-data; boundary=x; charset={charset}"
    response = client.generic("POST", address, PARTS, kind)

    assert response.status_code in (200, 400)


@pytest.mark.parametrize(("is_kept", "network"), [(True, "192.0.2.9"), (False, None)])
def test_the_network_belongs_to_the_proof_only_if_the_law_asks(client, settings, is_kept, network):
    settings.CONSENT_KEEPS_NETWORK = is_kept

    client.post(link(Purpose.LEAVE, make_subscriber()), REMOTE_ADDR="192.0.2.9")

    assert ConsentEvent.objects.get().network == network
