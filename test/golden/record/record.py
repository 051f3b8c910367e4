"""Records a library's curves in a fresh virtual environment: python3 record.py LIBRARY [arguments of its script].

The script's docstring says what is installed (`Pins:`), what before it where it must be built with that (`First:`), which
Python is needed where not this one (`Python:`), and which archives are only unpacked (`Sources:` requirements of the package index, or github:OWNER/NAME@COMMIT:PATH for a file).
uv is used when it is there: a dozen environments with PyTorch then cost the disk of one.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
CACHE = HERE.parents[2] / ".cache" / "record"


def listed(script, head):
    """The words after `head:` in the script's docstring, up to the end of the sentence or line."""
    found = re.search(rf"\b{head}: ([^\n\"]+)", script.read_text())
    return found.group(1).split() if found else []


def interpreter(script):
    """This Python, or one of the version that the script asks for."""
    version = next(iter(listed(script, "Python")), "")
    if not version or sys.version.startswith(version + "."):
        return sys.executable
    pyenv = sorted((pathlib.Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python"))
    found = [str(p) for p in pyenv] + [p for p in [shutil.which(f"python{version}")] if p]
    return found[0] if found else sys.exit(f"{script.name} needs Python {version} on the path")


def environment(script, place):
    """A new virtual environment with the script's pins; gives its Python."""
    shutil.rmtree(place, ignore_errors=True)
    python, first, pins = place / "bin" / "python", listed(script, "First"), listed(script, "Pins")
    if uv := shutil.which("uv"):
        subprocess.run([uv, "venv", "--quiet", "--python", interpreter(script), place], check=True)
        install = [uv, "pip", "install", "--quiet", "--python", python]
    else:
        subprocess.run([interpreter(script), "-m", "venv", place], check=True)
        install = [python, "-m", "pip", "install", "--quiet"]
    if first:
        subprocess.run([*install, *first], check=True)
    subprocess.run([*install, *(["--no-build-isolation"] if first else []), *pins], check=True)
    return python


def unpack(wanted, python):
    """An archive's content under .cache/record/sources/NAME-VERSION, or a file of a repository under OWNER-NAME-COMMIT."""
    if match := re.fullmatch(r"github:([\w.-]+)/([\w.-]+)@(\w+):(.+)", wanted):
        owner, name, commit, path = match.groups()
        file = CACHE / "sources" / f"{owner}-{name}-{commit}" / path
        if not file.exists():
            with urllib.request.urlopen(f"https://raw.githubusercontent.com/{owner}/{name}/{commit}/{path}") as answer:
                content = answer.read()
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return
    place = CACHE / "sources" / wanted.replace("==", "-")
    if place.exists():
        return
    load = CACHE / "downloads" / place.name
    subprocess.run([python, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", load, wanted], check=True)
    for archive in load.iterdir():
        if archive.suffix == ".whl":
            zipfile.ZipFile(archive).extractall(place)
            continue
        tarfile.open(archive).extractall(load / "tree")
        shutil.move(next((load / "tree").iterdir()), place)
    shutil.rmtree(load)


def main():
    known = sorted(p.stem.removeprefix("record_") for p in HERE.glob("record_*.py") if p.stem != "record_common")
    if len(sys.argv) < 2 or sys.argv[1] not in known:
        sys.exit(f"usage: record.py LIBRARY ...   (one of {', '.join(known)})")
    library, *rest = sys.argv[1:]
    keep = "--keep" in rest
    script, place = HERE / f"record_{library}.py", CACHE / library
    if not listed(script, "Pins"):
        sys.exit(f"{script.name} names no pins")
    for wanted in listed(script, "Sources"):
        unpack(wanted, sys.executable)
    python = environment(script, place)
    status = subprocess.run([python, script, *(a for a in rest if a != "--keep")], cwd=HERE,
                            env={**os.environ, "RECORD_SOURCES": str(CACHE / "sources")}).returncode
    if not keep:
        shutil.rmtree(place)
    sys.exit(status)


if __name__ == "__main__":
    main()
