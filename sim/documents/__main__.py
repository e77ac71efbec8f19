"""Writes the generated parts of the documents: `python -m sim.documents`, in the project's folder."""

from pathlib import Path

from sim.documents import pages

root = Path(__file__).parent.parent.parent
for path, text in pages(root).items():
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(root).as_posix())
