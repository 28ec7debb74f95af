"""Settings: every bad value gets one sentence that names it, and secrets are made once and kept to their owner."""

import os
import stat
import threading
from pathlib import Path

import pytest

from booking.settings import MUST_BE, Settings, SettingsError, data_folder, read_settings, signing_secret

NO_FILE = Path("there-is-no-such-file")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch):
    for name in list(os.environ):
        if name.startswith("ATRIO_"):
            monkeypatch.delenv(name)


def test_without_any_setting_it_is_a_demo_on_this_machine():
    chosen = read_settings(NO_FILE)
    assert (chosen.port, chosen.is_demo, chosen.limits) == (8000, True, "on")
    assert chosen.address == "http://localhost:8000"
    assert chosen.database.startswith("sqlite:////")
    assert chosen.database.endswith(".data/atrio.sqlite3")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("LISTEN", "portal.example.org"),
        ("LISTEN", "127.0.0.1:8000"),
        ("PUBLIC_URL", "portal.example.org"),
        ("PUBLIC_URL", "https://example.org/portal"),
        ("PUBLIC_URL", "http://localhost:99999"),
        ("PUBLIC_URL", "http://localhost:port"),
        ("DATABASE_URL", "mysql://root@localhost/town"),
        ("DATABASE_URL", "postgresql+psycopg://u:p@h:port/x"),
        ("DATABASE_URL", "postgresql+psycopg2://u@h/x"),
        ("DATABASE_URL", "town.sqlite3"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite://server/town.sqlite3"),
        ("DATABASE_URL", "sqlite:///town.sqlite3?mode=sideways"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "redis://localhost:port/0"),
        ("SMTP_URL", "mail.example.org"),
        ("OIDC_ISSUER", "http://login.example.org"),
        ("TOWN", "no-such-town.toml"),
        ("SECRET", "short"),
        ("WORKERS", "0"),
        ("WORKERS", "2"),
        ("DEMO", "perhaps"),
        ("LIMITS", "sometimes"),
        ("TRUSTED_PROXIES", "localhost"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("TRUSTED_PROXIES", "127.0.0.1,"),
        ("EXEMPT_NETWORKS", "town hall"),
        ("EXEMPT_NETWORKS", "192.0.2.10/24"),
        ("EXEMPT_NETWORKS", "192.0.2.10 192.0.2.11"),
        ("LOGS", "xml"),
        ("METRICS_TOKEN", "fifteen signs.."),
    ],
)
def test_a_bad_value_gets_one_sentence_that_names_the_setting(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    monkeypatch.setenv(f"ATRIO_{name}", value)
    with pytest.raises(SettingsError) as refusal:
        read_settings(NO_FILE)
    sentence = str(refusal.value)
    assert sentence.startswith(f"ATRIO_{name} ")
    assert sentence.endswith(f" must be {MUST_BE[name.lower()]}.")
    assert "\n" not in sentence


@pytest.mark.parametrize("name", ["SECRET", "METRICS_TOKEN"])
def test_a_secret_that_is_refused_is_not_shown(monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setenv(f"ATRIO_{name}", "hunter2")
    with pytest.raises(SettingsError) as refusal:
        read_settings(NO_FILE)
    assert "hunter2" not in str(refusal.value)


def test_click_to_sign_in_is_refused_on_a_public_address_unless_forced(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ATRIO_PUBLIC_URL", "https://portal.example.org/")
    for demo in ("1", ""):  # without a setting, the demo town is enough
        monkeypatch.setenv("ATRIO_DEMO", demo)
        with pytest.raises(SettingsError, match="^ATRIO_DEMO "):
            read_settings(NO_FILE)
    monkeypatch.setenv("ATRIO_DEMO", "force")
    assert read_settings(NO_FILE).is_demo
    monkeypatch.setenv("ATRIO_DEMO", "0")
    assert not read_settings(NO_FILE).is_demo


def test_click_to_sign_in_is_refused_where_others_can_reach_the_port_unless_forced(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ATRIO_LISTEN", "0.0.0.0")
    with pytest.raises(SettingsError, match="^ATRIO_DEMO "):
        read_settings(NO_FILE)
    monkeypatch.setenv("ATRIO_DEMO", "force")
    assert read_settings(NO_FILE).is_demo


def test_a_public_address_alone_opens_the_port_to_nobody(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ATRIO_DEMO", "0")
    monkeypatch.setenv("ATRIO_PUBLIC_URL", "https://portal.example.org")
    assert read_settings(NO_FILE).listen == "127.0.0.1"
    monkeypatch.setenv("ATRIO_LISTEN", "::")
    assert read_settings(NO_FILE).listen == "::"


def test_limits_can_be_lifted_in_demo_mode_only(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ATRIO_LIMITS", "off")
    assert read_settings(NO_FILE).limits == "off"
    monkeypatch.setenv("ATRIO_DEMO", "0")
    with pytest.raises(SettingsError, match="ATRIO_LIMITS"):
        read_settings(NO_FILE)


def test_a_day_is_played_in_demo_mode_only(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ATRIO_DEMO_DAY", "on")
    assert read_settings(NO_FILE).demo_day == "on"
    monkeypatch.setenv("ATRIO_DEMO", "0")
    with pytest.raises(SettingsError, match="ATRIO_DEMO_DAY"):
        read_settings(NO_FILE)


def test_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch):
    assert read_settings(NO_FILE).proxies == ()
    monkeypatch.setenv("ATRIO_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,::1")
    assert [str(each) for each in read_settings(NO_FILE).proxies] == ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]


def test_exempt_networks_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch):
    assert read_settings(NO_FILE).exempt == ()
    monkeypatch.setenv("ATRIO_EXEMPT_NETWORKS", "192.0.2.10,198.51.100.0/24, 2001:db8::/48")
    assert [str(each) for each in read_settings(NO_FILE).exempt] == ["192.0.2.10/32", "198.51.100.0/24", "2001:db8::/48"]


def test_a_postgresql_address_may_be_written_the_usual_way(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ATRIO_DATABASE_URL", "postgresql://atrio@localhost/town")
    assert read_settings(NO_FILE).database == "postgresql+psycopg://atrio@localhost/town"


def test_the_env_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    file = tmp_path / ".env"
    file.write_text("# my town\nATRIO_PORT=8123\nATRIO_WORKERS=\n")
    assert read_settings(file).port == 8123
    monkeypatch.setenv("ATRIO_PORT", "8124")
    assert read_settings(file).port == 8124


def test_a_broken_env_file_is_refused_with_its_line(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_text("ATRIO_PORT=8123\nthis is nonsense\n")
    with pytest.raises(SettingsError, match=r"line 2.*this is nonsense"):
        read_settings(file)


def test_a_misspelt_setting_is_refused_with_the_right_one(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_text("ATRIO_PROT=8123\n")
    with pytest.raises(SettingsError, match=r"line 1.*did you mean ATRIO_PORT"):
        read_settings(file)


def test_a_misspelt_setting_in_the_environment_is_refused_with_the_right_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ATRIO_PROT", "8123")
    with pytest.raises(SettingsError, match=r"environment.*ATRIO_PROT.*did you mean ATRIO_PORT"):
        read_settings(NO_FILE)


def test_names_of_this_project_that_are_no_settings_are_left_alone(monkeypatch: pytest.MonkeyPatch):
    for name in ("ATRIO_ENV_FILE", "ATRIO_PICTURES", "ATRIO_TEST_POSTGRES_URL"):
        monkeypatch.setenv(name, "somewhere")
    assert read_settings(NO_FILE).port == 8000


def test_every_setting_says_what_it_must_be():
    assert set(MUST_BE) == set(Settings.model_fields)


def test_the_origins_are_the_public_one_and_this_machine(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ATRIO_DEMO", "0")
    monkeypatch.setenv("ATRIO_PUBLIC_URL", "https://portal.example.org")
    assert read_settings(NO_FILE).origins[0] == "https://portal.example.org"
    assert "http://127.0.0.1:8000" in read_settings(NO_FILE).origins


def test_the_secret_is_made_once_even_when_many_start_at_once_and_only_its_owner_reads_it(tmp_path: Path):
    chosen = Settings(data=tmp_path / "data")
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(signing_secret(chosen))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(found[0]) >= 48
    assert stat.S_IMODE((tmp_path / "data" / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["secret"]


def test_a_data_folder_that_can_not_be_made_gets_one_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="ATRIO_DATA"):
        data_folder(Settings(data=tmp_path / "file" / "data"))


def test_a_data_folder_that_can_keep_no_secret_gets_one_sentence(tmp_path: Path):
    (tmp_path / "secret").mkdir()
    with pytest.raises(SettingsError, match="^ATRIO_DATA .*secret"):
        signing_secret(Settings(data=tmp_path))
