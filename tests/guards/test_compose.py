"""docker-compose.yml as far as it goes without an engine: parsed, variables known, paths there."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
#: Set in .env for compose itself rather than for the server.
COMPOSE_ONLY = {"POSTGRES_PASSWORD", "VALKEY_PASSWORD", "BANGBAN_PUBLISH"}
#: Read by deploy/endpoints.yml.
ASSISTANT_VARIABLES = {
    "BANGBAN_ACTIONS_URL",
    "BANGBAN_REDIS_HOST",
    "BANGBAN_REDIS_PORT",
    "BANGBAN_REDIS_PASSWORD",
}


def known_settings() -> set[str]:
    return {each.metadata["variable"] for each in fields(Settings)}


def test_compose_runs_every_process_of_the_design():
    assert set(SERVICES) == {"server", "assistant", "actions", "postgres", "valkey"}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_service_has_a_health_check_and_restarts(name: str):
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_image_of_the_server_holds_every_folder_of_data_that_its_settings_name():
    copied = re.findall(r"^COPY (data/\S+?)/ ", (ROOT / "deploy" / "server.Dockerfile").read_text(), re.M)
    defaults = {each.metadata["default"] for each in fields(Settings)}
    named = {default for default in defaults if default.startswith("data/")}
    assert named
    assert named <= set(copied)


def test_server_variables_are_known_settings():
    assert set(SERVICES["server"]["environment"]) <= known_settings()


def test_assistant_variables_are_those_its_endpoints_read():
    read = set(re.findall(r"\$\{(\w+)\}", (ROOT / "deploy" / "endpoints.yml").read_text()))
    assert read == ASSISTANT_VARIABLES == set(SERVICES["assistant"]["environment"])


def test_every_substituted_variable_stands_in_the_example_file():
    used = set(re.findall(r"\$\{(\w+)[:?}]", (ROOT / "docker-compose.yml").read_text()))
    example = set(re.findall(r"^#? ?(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert used <= example
    assert used <= COMPOSE_ONLY | known_settings()


def test_no_secret_has_a_value_in_the_file():
    variables = [pair for service in SERVICES.values() for pair in service.get("environment", {}).items()]
    secrets = {name: value for name, value in variables if re.search("PASSWORD|SECRET|TOKEN|_KEY", name)}
    assert secrets
    assert [name for name, value in secrets.items() if not re.fullmatch(r"\$\{\w+:\?[^}]+\}", value)] == []
    urls = [value for name, value in variables if "@" in value]
    assert urls
    assert [url for url in urls if not re.search(r":\$\{\w+:\?[^}]+\}@", url)] == []


def test_every_setting_of_the_env_file_reaches_the_server():
    assert SERVICES["server"]["env_file"] == [{"path": ".env", "required": False}]


def test_volumes_are_named_and_declared():
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


def test_only_the_server_is_reachable_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["server"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert all(SERVICES[name]["networks"] == ["inside"] for name in SERVICES if name != "server")


@pytest.mark.parametrize("name", ["server", "assistant"])
def test_dockerfile_copies_paths_that_exist(name: str):
    file = ROOT / SERVICES[name]["build"]["dockerfile"]
    copied = re.findall(r"^COPY (?!--from)(.+)$", file.read_text(), re.MULTILINE)
    sources = [source for line in copied for source in line.split()[:-1]]
    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_server_image_has_no_assistant_requirements():
    text = (ROOT / "deploy" / "server.Dockerfile").read_text()
    assert "assistant" not in text
    pins = (ROOT / "requirements" / "server.txt").read_text()
    assert not re.search(r"^(rasa|tensorflow|spacy|scikit-learn)\b", pins, re.MULTILINE)
