"""The facts of a file in a few words, for the list of evidence."""

from __future__ import annotations

from typing import Any

from services.report.export.album import clock
from services.report.export.words import FACES, SPANS


def facts_text(entry: dict[str, Any]) -> str:
    """What is known of one file; why nothing is known, where nothing is."""
    facts = entry["facts"]
    if not facts:
        return "未读取" if not entry.get("problems") else ""
    if "container_seconds" in facts:
        return _video(facts)
    if "taken_at" in facts:
        return _photo(facts)
    if "face_checks" in facts:
        text = f"{facts['people']}人 · {facts['sessions']}条学习记录 · {facts['face_checks']}次人脸核验"
        return text + (f" · {facts['rejected_rows']}行未采用" if facts["rejected_rows"] else "")
    if "engine" in facts:
        return "；".join(_page(p) for p in facts["pages"][:6]) + ("；…" if len(facts["pages"]) > 6 else "")
    if "usable" in facts:
        if facts["faces"] is None:
            return "无法读取"
        return f"{facts['faces']}张人脸" + ("" if facts["usable"] else f" · {FACES.get(facts['reason'], FACES['no_face'])[0]}")
    return _document(facts)


def _video(facts: dict[str, Any]) -> str:
    stated = "—" if facts["container_seconds"] is None else clock(facts["container_seconds"])
    parts = [f"标称{stated} · 可播放{clock(facts['playable_seconds'])} · 有效{clock(facts['effective_seconds'])}"]
    parts += [f"{SPANS[s['kind']][0]} {clock(s['seconds'][0])}–{clock(s['seconds'][1])}" for s in facts["spans"][:6]]
    if facts["width"]:
        parts.append(f"{facts['width']}×{facts['height']} {facts['codec'] or ''}".strip())
    parts.append(_when("录制", facts["recorded_at"]))
    return " · ".join(parts)


def _photo(facts: dict[str, Any]) -> str:
    parts = [_when("拍摄", facts["taken_at"]), f"{facts['width']}×{facts['height']}"]
    if facts["camera"]:
        parts.append(facts["camera"])
    if facts["latitude"] is not None and facts["longitude"] is not None:
        parts.append(f"{facts['latitude']:.4f}, {facts['longitude']:.4f}")
    if facts["faces"] is not None:
        parts.append(f"{facts['faces']}张人脸")
    if facts["software"]:
        parts.append(facts["software"])
    return " · ".join(parts)


def _page(page: dict[str, Any]) -> str:
    when = page["date"] or page["date_text"] or "日期未读出"
    return f"第{page['page']}页 {when} {page['rows']}行" + ("" if page["legible"] else " 不可辨读")


def _document(facts: dict[str, Any]) -> str:
    source = {"text": "文字版", "ocr": "扫描识别", "none": "无文字"}.get(facts["text_source"], facts["text_source"])
    parts = [f"{facts['pages']}页", source, f"{facts['characters']}字"]
    invoice = facts.get("invoice")
    if invoice:
        parts.append(" ".join(filter(None, ["发票", invoice["number"], invoice["date"], f"¥{invoice['amount']}" if invoice["amount"] else None])))
    return " · ".join(parts)


def _when(verb: str, moment: str | None) -> str:
    return f"{verb}于{moment[:16].replace('T', ' ')}" if moment else f"无{verb}时间"
