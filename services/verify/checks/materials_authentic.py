"""What is handed in is the claim's own: nothing used before, no doctored duration, no invoice twice."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from services.domain.case import Case, Reuse, ReuseKind
from services.domain.evidence import Place, Related
from services.domain.facts import VideoFacts
from services.domain.finding import Result
from services.verify.aspects import listed, people_on, related_to, same_page_twice, stretch
from services.verify.checks import check
from services.verify.repeated_invoices import repeated_invoices
from services.verify.results import info, met, not_applicable, unclear, unmet

_REUSED = {
    ReuseKind.SHEET: ("sheet.reused", "签到表", "the sheet"),
    ReuseKind.PHOTO: ("photo.reused", "照片", "the photo"),
    ReuseKind.VIDEO: ("video.reused", "视频", "the video"),
}


@check
def materials_authentic(case: Case, *, overstated_seconds: Decimal, overstated_share: Decimal) -> Iterator[Result]:
    """Sheets, photos and videos not used for another day or claim, true durations, invoices claimed once, 附件2 一.

    A video's duration is overstated when its header claims more than it plays by over `overstated_seconds` and over
    `overstated_share` (0..1) of what it claims.
    """
    findings = [*_reused(case), *_used_later(case), *_overstated(case, float(overstated_seconds), float(overstated_share)), *repeated_invoices(case)]
    if not findings and all(item.facts is None for item in case.of("sign_in_sheet", "photo", "video", "invoice")):
        yield not_applicable()  # there is none, or none can be read (which is told elsewhere): nothing was compared
        return
    yield from findings or (met(),)


def _reused(case: Case) -> Iterator[Result]:
    for reuse in case.reuse:
        within = reuse.claim_no is None
        if reuse.kind not in _REUSED or reuse.first and not within:
            continue
        if within and (reuse.kind is not ReuseKind.SHEET or same_page_twice(case, reuse)):
            continue  # repeated within the claim: told as a duplicate
        yield _reuse(case, reuse)


def _used_later(case: Case) -> Iterator[Result]:
    """What a claim submitted later uses again: told, for who copied from whom is for a human to see; held against the later one."""
    later: dict[str, list[Reuse]] = {}
    for reuse in case.reuse:
        if reuse.kind in _REUSED and reuse.first and reuse.claim_no is not None and reuse.certain:
            later.setdefault(reuse.claim_no, []).append(reuse)
    for claim_no, found in later.items():
        files = list(dict.fromkeys(reuse.place.file for reuse in found))
        whose = f"（{found[0].enterprise}）" if found[0].enterprise else ""
        yield info("claim.used_later", f"本申报的{listed(files, 6)}又出现在之后提交的申报{claim_no}{whose}中", f"{', '.join(files[:6])} of this claim came again in claim {claim_no}, submitted later",
                   subject=claim_no, observed=len(files), evidence=tuple(reuse.place for reuse in found), related=tuple(Related(claim_no, r.other.file) for r in found))  # fmt: skip


def _reuse(case: Case, reuse: Reuse) -> Result:
    code, zh, en = _REUSED[reuse.kind]
    one, other = reuse.place.file, reuse.other.file
    whose = f"（{reuse.enterprise}）" if reuse.enterprise else ""
    elsewhere = f"申报{reuse.claim_no}{whose}的{other}" if reuse.claim_no else f"本申报另一课次的{other}"
    elsewhere_en = f"{other} of claim {reuse.claim_no}" if reuse.claim_no else f"{other} of another session"
    places = (reuse.place,) if reuse.claim_no else (reuse.place, reuse.other)
    related, people = related_to(case, reuse), people_on(case, reuse.place)
    mine, mine_en = stretch(reuse.place)
    theirs, theirs_en = stretch(reuse.other)
    if reuse.certain:
        return unmet(code, f"{zh}{one}{mine}与{elsewhere}{theirs}相同，属重复使用", f"{en} {one}{mine_en} is the same as {elsewhere_en}{theirs_en}: it was used before", subject=one,
                     evidence=places, related=related, trainees=people)  # fmt: skip
    return unclear(code, f"{zh}{one}{mine}与{elsewhere}{theirs}疑似相同，请人工比对", f"{en} {one}{mine_en} may be the same as {elsewhere_en}{theirs_en}: compare by eye", subject=one,
                   evidence=places, related=related, trainees=people)  # fmt: skip


def _overstated(case: Case, seconds: float, share: float) -> Iterator[Result]:
    for item in case.of("video"):
        facts = item.facts
        if not isinstance(facts, VideoFacts) or facts.container_seconds is None:
            continue
        excess = facts.container_seconds - facts.playable_seconds
        if excess > seconds and excess > share * facts.container_seconds:
            file = item.file.path
            unexplained = excess - facts.missing_seconds
            if unexplained <= seconds or unexplained <= share * facts.container_seconds:
                yield unclear("video.duration_overstated", f"视频{file}不完整：应有{facts.container_seconds:.0f}秒，文件中只有{facts.playable_seconds:.0f}秒，其余缺失（多为上传或复制中断），请重新上传完整文件",
                              f"{file} is not whole: of {facts.container_seconds:.0f} s {facts.playable_seconds:.0f} s are in the file, the rest is missing (as where an upload broke off): upload the whole file",
                              subject=file, expected=round(facts.container_seconds, 1), observed=round(facts.playable_seconds, 1),
                              evidence=(Place(file, seconds=(round(facts.playable_seconds, 2), round(facts.container_seconds, 2))),))  # fmt: skip
                continue
            yield unmet("video.duration_overstated", f"视频{file}标称{facts.container_seconds:.0f}秒，实际可播放{facts.playable_seconds:.0f}秒，时长虚标{excess:.0f}秒",
                        f"{file} claims {facts.container_seconds:.0f} s but plays {facts.playable_seconds:.0f} s: overstated by {excess:.0f} s", subject=file,
                        expected=round(facts.container_seconds, 1), observed=round(facts.playable_seconds, 1),
                        evidence=(Place(file, seconds=(round(facts.playable_seconds, 2), round(facts.container_seconds, 2))),))  # fmt: skip
