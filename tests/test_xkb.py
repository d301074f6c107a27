"""The keyboard map: what is generated, and that a real X server takes it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from jupyter_remote.apps import xkb
from jupyter_remote.apps.desktop_runner import XKB_FOLDERS, link_all

ALPHABETS = {
    "Russian": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "Ukrainian": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "Belarusian": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "Serbian": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "Macedonian": "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
    "Kazakh": "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя",
    "German": "äöüß",
    "French": "àâæçéèêëîïôœùûüÿ",
    "Spanish": "áéíñóúü¿¡",
    "Portuguese": "ãáàâçéêíõóôú",
    "Nordic": "åäöæøþðéíóúý",
    "Polish": "ąćęłńóśźż",
    "Czech": "áčďéěíňóřšťúůýž",
    "Hungarian": "áéíóöőúüű",
    "Romanian": "ăâîșț",
    "Turkish": "çğıöşüİ",
    "Baltic": "āčēģīķļņšūžąęėįų",
    "Greek": "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ",
    "Hebrew": "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    "Arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءأإآؤئ",
    "signs": "€№§°²³µ£«»„“”\u2018\u2019\u2013—…\xd7÷±",
}


@pytest.mark.parametrize("language", ALPHABETS)
def test_every_letter_has_a_key(language: str) -> None:
    letters = ALPHABETS[language]
    wanted = set(letters) | {c.upper() for c in letters if len(c.upper()) == 1}
    latin = {c for c in wanted if c.isascii()}
    assert wanted - latin <= set(xkb.keysyms())


def test_every_character_finds_a_place() -> None:
    text = xkb.symbols()
    assert all(re.search(rf"\b{name}\b", text) for name in xkb.keysyms().values())
    assert len(set(xkb.SPARE_KEYS)) == len(xkb.SPARE_KEYS)


def test_four_characters_share_a_key() -> None:
    text = xkb.generate(["a", "b", "c", "d", "e"], ("I120", "I126", "I128"))
    assert 'key <I120> {\n    type[Group1]="FOUR_LEVEL", symbols[Group1]=[ a, b, c, d ]' in text
    assert "symbols[Group2]=[ c, d ]" in text
    assert "symbols[Group1]=[ e, NoSymbol, NoSymbol, NoSymbol ]" in text
    assert "I128" not in text


def test_characters_without_a_key_are_left_out() -> None:
    assert "Greek" not in xkb.generate(["a", "b", "c", "d", "Greek_alpha"], ("I120",))


@pytest.mark.skipif(not shutil.which("xkbcomp"), reason="needs xkbcomp")
@pytest.mark.parametrize("layout", ["us", "de", "fr", "ru", "jp", "us,ru"])
def test_the_compiler_of_the_x_server_takes_it(tmp_path: Path, layout: str) -> None:
    system = next(folder for folder in XKB_FOLDERS if Path(folder, "symbols").is_dir())
    link_all(system, str(tmp_path / "xkb"), "symbols")
    link_all(f"{system}/symbols", str(tmp_path / "xkb/symbols"), "inet")
    (tmp_path / "xkb/symbols/inet").write_text(xkb.symbols())
    first, _, second = layout.partition(",")
    parts = ["pc", first, *([f"{second}:2"] if second else []), "inet(evdev)"]
    source = f"""xkb_keymap {{
        xkb_keycodes {{ include "evdev+aliases(qwerty)" }};
        xkb_types {{ include "complete" }};
        xkb_compatibility {{ include "complete" }};
        xkb_symbols {{ include "{"+".join(parts)}" }};
    }};"""
    argv = ["xkbcomp", "-w0", f"-I{tmp_path}/xkb", "-xkb", "-", "-"]
    done = subprocess.run(argv, input=source, capture_output=True, text=True, check=True)
    keys = dict(re.findall(r"key\s+<(I\d+)> \{(.*?)\};", done.stdout, re.DOTALL))
    assert "Cyrillic_a" in keys["I120"]
    assert not any("XF86" in text for text in keys.values())
