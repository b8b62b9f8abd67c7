"""What an invoice says, from its QR code and its text.

The QR code of a Chinese invoice reads `01,<type>,<code>,<number>,<amount>,<yyyymmdd>,<check code>,…`; fully digital
invoices (types 31, 32) have no code and a number of 20 digits. Only theirs gives the amount with tax, so that the
amount is taken from the text wherever it can be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from services.domain.dates import parse_date
from services.domain.facts import InvoiceFacts

_DIGITAL = ("31", "32")
_GAP = r"[\s:：#]{0,8}"
_NUMBER = re.compile(rf"(?:发票号码|票据号码|发票号|Invoice\s*No\.?){_GAP}(?:No\.?)?\s*(\d{{20}}|\d{{8,12}})(?!\d)", re.IGNORECASE)
_CODE = re.compile(rf"(?:发票代码|票据代码){_GAP}(\d{{10,12}})(?!\d)")
_DATE = re.compile(rf"(?:开票日期|开具日期|填开日期){_GAP}(\d{{4}}\s*[-/.年]\s*\d{{1,2}}\s*[-/.月]\s*\d{{1,2}}|\d{{8}})")
_TOTAL = re.compile(r"小\s*写\s*[)）]?[\s:：]*[¥￥YＹ]?\s*([\d,，]+\.\d{2})")
_TOTAL_LABEL = re.compile(r"(?:价税合计|合计金额|总金额|金额合计)[^\d¥￥\n]{0,20}[¥￥]?\s*([\d,，]+\.\d{2})")
_YUAN = re.compile(r"[¥￥]\s*([\d,，]+\.\d{2})")
_STARRED = re.compile(r"[*＊]([^*＊\s]{1,20})[*＊]([^*＊\n\t]{0,60})")
_LABELLED = re.compile(r"(?:用途|摘要|费用类别|费用项目|费用名称|开票项目|开票内容|服务名称|商品名称|货物名称|项目名称)[ \t]*[:：][ \t]*([^\n\t]{2,60})")
_COLUMN = re.compile(r"项目名称|货物|应税劳务|服务名称|商品名称|费用(?:类别|项目|名称)|摘要|用途|开票内容|品名")
_WORDS = ("发票号码", "发票代码", "开票日期", "价税合计", "发票联", "电子发票", "增值税", "购买方", "销售方")
_MAX_ITEMS = 100
_MAX_INVOICES = 200


def looks_like_invoice(text: str) -> bool:
    """Whether a text has at least two of the words that invoices print."""
    packed = re.sub(r"\s", "", text)
    return sum(word in packed for word in _WORDS) >= 2


def invoices_of(pages: Sequence[tuple[str, Sequence[str]]], text_source: str, rows: tuple[tuple[str, ...], ...] = ()) -> tuple[InvoiceFacts, ...]:
    """The invoices of a document's pages (text, texts of QR codes), in order; a page without a number of its own goes on with the one before.

    Several codes on one page are several invoices pasted on it: what is printed then belongs to none of them surely, the items are given
    to the first.
    """
    found: list[InvoiceFacts] = []
    for number, (text, codes) in enumerate(pages, 1):
        coded = list(dict.fromkeys(facts for code in codes if (facts := _from_code(code))))
        whole = invoice_of(text, text_source, codes, rows if len(pages) == 1 else ())
        if whole is None:
            continue
        several = [replace(facts, items=whole.items if k == 0 else ()) for k, facts in enumerate(coded)] if len(coded) > 1 else [whole]
        for facts in several:
            _add(found, replace(facts, page=number))
    return tuple(found[:_MAX_INVOICES])


def _add(found: list[InvoiceFacts], facts: InvoiceFacts) -> None:
    """Another invoice, or one more page of one that is there already."""
    for k, known in enumerate(found):
        goes_on = facts.number is None and facts.amount is None and k == len(found) - 1
        if goes_on or (facts.number is not None and (known.number, known.code) == (facts.number, facts.code)):
            items = tuple(dict.fromkeys((*known.items, *facts.items)))[:_MAX_ITEMS]
            found[k] = replace(known, items=items, date=known.date or facts.date, amount=known.amount or facts.amount)
            return
    found.append(facts)


def invoice_of(text: str, text_source: str, codes: Iterable[str], rows: tuple[tuple[str, ...], ...] = ()) -> InvoiceFacts | None:
    """The invoice in a document's text, tables and QR codes; None if there is none. A field that cannot be told is None."""
    printed = _from_text(text, text_source, rows) if looks_like_invoice(text) else None
    coded = next((facts for code in codes if (facts := _from_code(code))), None)
    if coded is None:
        return printed
    if printed is None:
        return replace(coded, items=_items(text, rows))
    return InvoiceFacts(
        number=coded.number or printed.number,
        code=coded.code or printed.code,
        date=coded.date or printed.date,
        amount=printed.amount or coded.amount,
        items=printed.items,
        source="qr",
    )


def _from_code(code: str) -> InvoiceFacts | None:
    parts = [part.strip() for part in code.split(",")]
    if len(parts) < 6 or parts[0] != "01" or not re.fullmatch(r"\d{8}|\d{20}", parts[3]):
        return None
    amount = _money(parts[4]) if parts[1] in _DIGITAL else None
    return InvoiceFacts(number=parts[3], code=parts[2] or None, date=parse_date(parts[5]), amount=amount, source="qr")


def _from_text(text: str, source: str, rows: tuple[tuple[str, ...], ...]) -> InvoiceFacts:
    number, code, day = _NUMBER.search(text), _CODE.search(text), _DATE.search(text)
    return InvoiceFacts(
        number=number[1] if number else None,
        code=code[1] if code else None,
        date=parse_date(re.sub(r"\s", "", day[1])) if day else None,
        amount=_total(text),
        items=_items(text, rows),
        source=source if source in ("text", "ocr") else None,
    )


def _total(text: str) -> str | None:
    """The total with tax: beside 小写, else beside 价税合计, else the largest amount in ¥ (no part exceeds the total)."""
    found = _TOTAL.search(text) or _TOTAL_LABEL.search(text)
    if found:
        return _money(found[1])
    amounts = [money for text_amount in _YUAN.findall(text) if (money := _money(text_amount))]
    return max(amounts, key=Decimal) if amounts else None


def _money(untrusted: str) -> str | None:
    digits = re.sub(r"[,，\s]", "", untrusted)
    return str(Decimal(digits).quantize(Decimal("0.01"))) if re.fullmatch(r"\d{1,13}(\.\d+)?", digits) else None


def _items(text: str, rows: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """What was bought: `*category*name` lines, labelled uses, and the item column of a table."""
    found: dict[str, None] = {}
    for category, name in _STARRED.findall(text):
        found[f"*{category}*{' '.join(name.split()[:1])}"] = None  # unit, quantity, price follow after a blank
    for use in _LABELLED.findall(text):
        found[use.strip()] = None
    for cell in _item_column(rows):
        found[cell] = None
    return tuple(found)[:_MAX_ITEMS]


def _item_column(rows: tuple[tuple[str, ...], ...]) -> Iterable[str]:
    column: int | None = None
    for row in rows:
        heads = [index for index, cell in enumerate(row) if len(cell) <= 20 and _COLUMN.search(re.sub(r"\s", "", cell))]
        if heads and len([cell for cell in row if cell]) >= 2 and column is None:
            column = heads[0]
        elif column is not None and column < len(row) and row[column] and not re.search(r"合计|小计|总计", row[column]):
            yield row[column].strip()[:60]
