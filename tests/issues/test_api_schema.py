"""The OpenAPI document, tried against the API, and strings that nobody expects."""

import re
from urllib.parse import quote

import html5lib
import jsonschema_rs
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance
from schemathesis.specs.openapi.definitions import OPENAPI_31

from tests.builders import YESTERDAY, make_issue

pytestmark = pytest.mark.django_db

PARAMETERS = ("q", "tag", "without", "type", "year", "sort", "full", "limit", "cursor", "other")
A_FEW = settings(
    max_examples=40,
    deadline=None,
    database=None,
    # The archive is only read; and of what is generated, much is thrown away.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
# What URLs carry after decoding: any character but halves of pairs, which no UTF-8 spells.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


@pytest.fixture
def archive():
    """A small archive, whose names the generated questions can hit."""
    section = {"title": "A tip", "tags": ["css"], "body": "Some *words* to find."}
    make_issue(1, YESTERDAY, [section, {"title": "N", "type": "news"}])
    make_issue(2, YESTERDAY * 2, [section])


@pytest.fixture
def one_connection():
    """Keep the test's connection open from request to request, as Django's test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def document(client):
    return client.get("/api/v1/openapi.json").json()


class TestDocument:
    def test_it_is_valid_openapi_3_1(self, document):
        assert document["openapi"].startswith("3.1.")
        jsonschema_rs.validator_for(OPENAPI_31).validate(document)

    def test_its_schemas_are_valid_and_all_there(self, document):
        for schema in document["components"]["schemas"].values():
            jsonschema_rs.meta.validate(schema)
        used = re.findall(r"#/components/schemas/(\w+)", str(document))
        assert set(used) <= set(document["components"]["schemas"])

    def test_every_operation_has_a_name_a_text_and_its_refusals(self, document):
        operations = [one for path in document["paths"].values() for one in path.values()]

        assert len({one["operationId"] for one in operations}) == len(operations)
        for one in operations:
            assert one["description"]
            assert {"200", "404", "422"} <= set(one["responses"])

    def test_the_api_only_reads(self, document):
        assert {method for path in document["paths"].values() for method in path} == {"get"}


class TestConformance:
    def test_generated_questions_find_no_violation(self, archive, one_connection):
        """Whatever fits or does not fit the document is answered as the document says."""
        schema = schemathesis.openapi.from_wsgi(
            "/api/v1/openapi.json", WSGIHandler(), config=SchemathesisConfig()
        )
        tried = 0
        for operation in (one.ok() for one in schema.get_all_operations()):
            # Where there is nothing to choose, nothing wrong can be chosen.
            modes = GenerationMode if list(operation.iter_parameters()) else ["positive"]
            for mode in map(GenerationMode, modes):

                @given(case=operation.as_strategy(generation_mode=mode))
                @settings(A_FEW, max_examples=15)
                def holds(case):
                    nonlocal tried
                    tried += 1
                    # No schema can say which cursors there are, and no server stands between
                    # that could decode what is compressed.
                    case.call_and_validate(
                        headers={"Accept-Encoding": "identity"},
                        excluded_checks=[positive_data_acceptance],
                    )

                holds()

        assert tried > 100


class TestAnyString:
    @given(name=st.sampled_from(PARAMETERS), values=st.lists(TEXTS, min_size=1, max_size=3))
    @A_FEW
    def test_any_parameter_is_answered_or_refused_with_a_reason(self, archive, name, values):
        for path in ("sections/", "issues/", "tags/"):
            for rest in ({}, {"q": "tip"}):
                response = Client().get(f"/api/v1/{path}", {**rest, name: values})

                assert_answered(response)

    @given(text=TEXTS)
    @A_FEW
    def test_any_path_is_answered_or_refused_with_a_reason(self, archive, text):
        for path in ("", "tags/", "types/", "issues/", "issues/1/sections/", "sections/"):
            assert_answered(Client().get(f"/api/v1/{path}{quote(text, safe='')}/"))

    @pytest.mark.parametrize(
        "raw", ["%00", "%ED%A0%80", "%FF%FE", "%F4%90%80%80", "%0A", "%EF%BC%91", "%25%30%30"]
    )
    def test_bytes_that_are_no_text_are_answered(self, archive, raw):
        for path in (f"tags/{raw}/", f"{raw}", f"issues/{raw}/", f"sections/{raw}"):
            assert_answered(Client().get(f"/api/v1/{path}"))
        for name in PARAMETERS:
            for path in ("sections/", "issues/", "tags/"):
                assert_answered(Client().get(f"/api/v1/{path}?{name}={raw}&{name}=a{raw}"))


def assert_answered(response):
    assert response.status_code in (200, 301, 404, 422)
    assert response["Content-Type"].startswith("application/json")
    if response.status_code != 200:
        assert response.json()["detail"]


class TestDocumentationPage:
    def test_it_is_a_valid_page_that_keeps_the_policy(self, client, archive):
        response = client.get("/api/v1/docs")

        html = response.content.decode()
        html5lib.HTMLParser(strict=True).parse(html)
        assert html.count("<h1") == 1
        assert not re.search(r"<style|<script(?![^>]* src=)|\s(?:style|on\w+)=", html)
        assert "default-src 'none'" in response["Content-Security-Policy"]

    def test_it_names_every_endpoint_and_parameter(self, client, archive, document):
        html = client.get("/api/v1/docs").content.decode()

        for path, methods in document["paths"].items():
            assert f"<code>{path}</code>" in html
            for parameter in methods["get"]["parameters"]:
                assert f"<dt><code>{parameter['name']}</code>" in html

    def test_what_it_offers_to_try_is_there(self, client, archive):
        html = client.get("/api/v1/docs").content.decode()

        tries = re.findall(r'<a href="([^"]+)">Try it', html)

        assert len(tries) == html.count('class="endpoint')
        for url in tries:
            assert client.get(url.replace("&amp;", "&")).status_code == 200, url

    def test_it_shows_the_commands_for_a_terminal(self, client, archive):
        html = client.get("/api/v1/docs").content.decode()

        address = "http://127.0.0.1:8000/api/v1/sections/"
        assert f"http {address} q==&#x27;lazy loading&#x27; type==web-tip" in html
        assert f"curl &#x27;{address}?q=lazy+loading&amp;type=web-tip&#x27;" in html

    def test_an_empty_archive_has_it_too(self, client):
        assert client.get("/api/v1/docs").status_code == 200
