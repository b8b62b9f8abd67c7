from __future__ import annotations

from datetime import date

import pytest

from services.verify.readers.document.invoice import invoice_of, invoices_of, looks_like_invoice

PRINTED = """吉林增值税电子普通发票
发票代码：022002100111
发票号码：45678901
开票日期：2021年11月19日
购买方名称：长春样例制造有限公司
货物或应税劳务、服务名称  规格型号  金额  税率  税额
*非学历教育服务*培训费 期 1 9433.96 6% 566.04
合  计 ¥9433.96 ¥566.04
价税合计（大写）壹万圆整 （小写）¥10,000.00
"""


def test_printed_invoice_gives_every_field() -> None:
    invoice = invoice_of(PRINTED, "text", ())
    assert invoice is not None
    assert (invoice.code, invoice.number, invoice.date, invoice.amount) == ("022002100111", "45678901", date(2021, 11, 19), "10000.00")
    assert invoice.items == ("*非学历教育服务*培训费",)
    assert invoice.source == "text"


def test_amount_is_the_largest_where_no_label_says_which() -> None:
    invoice = invoice_of("电子发票 发票号码: 12345678 ¥943.40 ¥56.60 ¥1000.00", "ocr", ())
    assert invoice is not None and invoice.amount == "1000.00" and invoice.source == "ocr"


def test_code_of_a_digital_invoice_needs_no_text() -> None:
    invoice = invoice_of("", "ocr", ("https://example.org", "01,32,,23222000000012345678,530.00,20211120,,1A2B"))
    assert invoice is not None
    assert (invoice.number, invoice.code, invoice.amount, invoice.date, invoice.source) == ("23222000000012345678", None, "530.00", date(2021, 11, 20), "qr")


def test_amount_before_tax_in_the_code_is_not_taken_for_the_total() -> None:
    code = "01,10,022002100111,45678901,9433.96,20211119,12345678901234567890,9F2C"
    assert invoice_of("", "ocr", (code,)).amount is None  # type: ignore[union-attr]
    both = invoice_of(PRINTED, "text", (code,))
    assert both is not None and both.amount == "10000.00" and both.items and both.source == "qr"


@pytest.mark.parametrize("code", ["", "01,10", "hello,world,1,2,3,4,5", "01,10,022002100111,12AB,1,20211119", "02,10,022002100111,45678901,1.00,20211119"])
def test_other_codes_are_no_invoice(code: str) -> None:
    assert invoice_of("", "ocr", (code,)) is None


def test_a_plan_is_no_invoice() -> None:
    text = "数控车工岗前培训方案\n培训费用预算：10000元，凭发票报销"
    assert not looks_like_invoice(text)
    assert invoice_of(text, "text", ()) is None


def test_items_from_a_table_and_from_labels() -> None:
    rows = (("发票号码", "12345678"), ("货物名称", "数量", "金额"), ("住宿费", "3", "600.00"), ("合计", "", "600.00"))
    invoice = invoice_of("发票号码：12345678\n开票日期：2021-11-10\n用途：会议住宿\n", "text", (), rows)
    assert invoice is not None
    assert invoice.items == ("会议住宿", "住宿费")


CODE = "01,32,,2322200000001234567{},530.00,20211120,,1A2B"


def test_several_invoices_in_one_file() -> None:
    pages = [(PRINTED, ()), (PRINTED.replace("45678901", "45678902").replace("10,000.00", "500.00"), ()), ("销售货物清单\n*餐饮服务*餐费\n发票代码 增值税", ())]
    first, second = invoices_of(pages, "text")
    assert (first.number, first.amount, first.page) == ("45678901", "10000.00", 1)
    assert (second.number, second.amount, second.page) == ("45678902", "500.00", 2)
    assert second.items == ("*非学历教育服务*培训费", "*餐饮服务*餐费")  # its list of items on the next page


def test_several_codes_on_one_page_are_several_invoices() -> None:
    found = invoices_of([("", [CODE.format(1), CODE.format(2), CODE.format(1)])], "ocr")
    assert [(i.number, i.amount) for i in found] == [("23222000000012345671", "530.00"), ("23222000000012345672", "530.00")]


def test_one_invoice_on_two_pages() -> None:
    assert [i.number for i in invoices_of([(PRINTED, ()), (PRINTED, ())], "text")] == ["45678901"]
    assert invoices_of([("培训方案", ())], "text") == ()
