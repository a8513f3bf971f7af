import re
from pathlib import Path

from clerkform.jwt.undocumented import DOUBTS
from tests.shell import Folder

PAGE = (Path(__file__).parents[2] / "docs" / "jwt.md").read_text()


def test_the_page_has_every_doubt_in_its_own_words():
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", PAGE, flags=re.MULTILINE)
    assert dict(rows) == dict(DOUBTS)


def test_the_tests_on_the_page_pass_and_fail_as_it_says(tmp_path):
    (manifest,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    (shown,) = re.findall(r"^```text\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    folder = Folder(tmp_path)
    (tmp_path / "clerk.yaml").write_text(manifest)
    assert "3 tests passed, 0 failed." in folder.run("jwt", "test").stdout
    (tmp_path / "clerk.yaml").write_text(manifest.replace("|| 'guest'", "|| 'user'"))
    assert folder.run("jwt", "test", exit_code=1).stdout == shown
