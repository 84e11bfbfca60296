"""The documentation of the API as a page of the site, written from its OpenAPI document.

A page of our own: it is readable without scripts and keeps the site's strict policy.
"""

import shlex
from collections.abc import Iterator
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from bitsletter.site import absolute_url
from issues.api.schemas import api_path
from issues.models import Issue, Section


class ReadablePage(DocsBase):
    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs) -> HttpResponse:
        document = api.get_openapi_schema()
        context = {"document": document, "endpoints": list(endpoints(document))}
        return render(request, "issues/api_docs.html", context)


def endpoints(document: dict) -> Iterator[dict]:
    existing = existing_paths()
    for path, methods in document["paths"].items():
        operation = methods["get"]
        name = operation["operationId"]
        url = absolute_url(existing.get(name, path) + operation["x-example"])
        answer = operation["responses"][200]["content"]["application/json"]["schema"]
        yield {
            "path": path,
            "name": name,
            "summary": operation["description"],
            "parameters": [parameter(one) for one in operation["parameters"]],
            "url": url,
            "commands": commands(url),
            "fields": list(fields(answer, document["components"]["schemas"])),
        }


def existing_paths() -> dict[str, str]:
    """Give an address of something that there is for each endpoint that shows one thing."""
    # Of the newest issue alone: to sort all sections would take long.
    newest = Issue.objects.published().newest_first().values("pk")[:1]
    section = Section.objects.for_page().filter(issue=newest).first()
    if section is None:
        return {}
    paths = {
        "issue": api_path(section.issue),
        "section": api_path(section),
        "section_of_issue": reverse(
            "api:section-of-issue", args=[section.issue.number, section.slug]
        ),
        "type": api_path(section.type),
    }
    tags = section.tags.all()
    return paths | ({"tag": api_path(tags[0])} if tags else {})


def parameter(one: dict) -> dict:
    schema = one["schema"]
    return {
        "name": one["name"],
        "kind": schema.get("items", schema)["type"],
        "is_repeatable": schema["type"] == "array",
        "choices": schema.get("enum", []),
        "default": schema.get("default") or "",
        "minimum": schema.get("minimum"),
        "maximum": schema.get("maximum"),
        "description": one.get("description", ""),
    }


def commands(url: str) -> list[str]:
    """Give the lines that ask for the address in a terminal."""
    address, _, query = url.partition("?")
    values = [f"{name}=={shlex.quote(value)}" for name, value in parse_qsl(query)]
    return [" ".join(["http", address, *values]), f"curl {shlex.quote(url)}"]


def fields(schema: dict, schemas: dict, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield what an answer holds: each place as jq writes it, and what stands there."""
    schema = next(iter(schema.get("anyOf", [schema])))
    if "items" in schema:
        schema, path = next(iter(schema["items"].get("anyOf", [schema["items"]]))), f"{path}[]"
    named = schemas.get(schema.get("$ref", "").rpartition("/")[2], {})
    for name, one in named.get("properties", {}).items():
        inner = list(fields(one, schemas, f"{path}.{name}"))
        yield from inner or [(f"{path}.{name}", one.get("description", ""))]
