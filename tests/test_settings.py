import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from bot.settings import PREFIX, Settings, read_settings
from corpus.errors import SettingsError

EXAMPLE = Path(__file__).parent.parent / ".env.example"


def lines_of_the_example() -> dict[str, str]:
    return dict(re.findall(r"^(TALKS_\w+)=(.*)$", EXAMPLE.read_text("utf-8"), re.M))


def shown(name: str, value: object) -> str:
    """A default as `.env.example` shows it; what is unset or the program's own folder is empty."""
    if value is None or name == "corpus":
        return ""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_the_example_lists_every_setting_with_its_default() -> None:
    fields = Settings.model_fields
    defaults = {PREFIX + name.upper(): shown(name, field.default) for name, field in fields.items()}
    assert lines_of_the_example() == defaults


def test_every_setting_of_the_example_has_a_comment_above_it() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    bare = [
        line
        for above, line in zip(["", *lines], lines, strict=False)
        if line.startswith(PREFIX) and not above.startswith("# ")
    ]
    assert bare == []


def test_an_empty_line_of_the_example_means_the_default(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    assert read_settings() == Settings(_env_file=None)  # type: ignore[call-arg]


def test_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("TALKS_TOP_K=3\nTALKS_DATA=elsewhere\n", "utf-8")
    monkeypatch.setenv("TALKS_TOP_K", "4")
    settings = read_settings()
    assert (settings.top_k, settings.data) == (4, Path("elsewhere"))


@pytest.mark.parametrize(
    ("name", "value"), [("TALKS_TOP_K", "0"), ("TALKS_TOP_K", "many"), ("TALKS_THRESHOLD", "2")]
)
def test_a_value_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name} can't be used"):
        read_settings()


@pytest.mark.parametrize("in_file", [True, False])
def test_a_misspelt_setting_is_named_with_the_one_that_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_file: bool
) -> None:
    if in_file:
        (tmp_path / ".env").write_text("TALKS_TRESHOLD=0.5\n", "utf-8")
    else:
        monkeypatch.setenv("TALKS_TRESHOLD", "0.5")
    with pytest.raises(SettingsError, match=r"no TALKS_TRESHOLD; did you mean TALKS_THRESHOLD"):
        read_settings()


def test_settings_of_other_programs_are_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKS_WEBSITE_COLOUR", "blue")
    monkeypatch.setenv("MY_TALKS_TOP_K", "0")
    assert read_settings() == Settings()


def test_the_command_line_tells_a_bad_setting_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.cli import main

    monkeypatch.setenv("TALKS_LOG_LEVEL", "LOUD")
    result = CliRunner().invoke(main, ["status"])
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: TALKS_LOG_LEVEL can't be used")


def test_the_token_is_not_in_the_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKS_BOT_TOKEN", "123:secret-secret")
    settings = read_settings()
    assert "secret-secret" not in repr(settings) + str(settings)
    assert settings.bot_token is not None
    assert settings.bot_token.get_secret_value() == "123:secret-secret"
