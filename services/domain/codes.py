"""The finding codes: stable names that portals and reviewers rely on, each with its severity and title."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Code:
    """`severity` is that of an unmet result; an unclear one is a warning at most, an info is always met."""

    severity: Severity
    zh: str
    en: str
    unclear: bool = False
    """True: the code is raised as unclear by its nature."""


_I, _W, _C = Severity.INFO, Severity.WARNING, Severity.CRITICAL

CODES: dict[str, Code] = {
    # enterprise
    "enterprise.too_small": Code(_C, "企业职工总量不足", "the enterprise has too few employees"),
    "enterprise.not_industrial": Code(_C, "非工业生产为主体的企业", "the enterprise is not industrial"),
    "enterprise.outside_area": Code(_C, "企业不在政策区域内", "the enterprise is outside the policy's area"),
    "enterprise.uscc_invalid": Code(_W, "统一社会信用代码无效", "the unified social credit code is invalid"),
    # claim
    "claim.outside_policy_window": Code(_C, "培训不在政策有效期内", "the training lies outside the policy's validity"),
    "claim.late": Code(_W, "申领材料提交逾期", "the claim was submitted late"),
    "claim.training_type_unknown": Code(_W, "培训类型不在政策范围", "the training type is not one of the policy's"),
    "claim.trainee_count_mismatch": Code(_W, "申报人数与人员名单不符", "the number of trainees differs from the list"),
    "claim.hours_per_day_excessive": Code(_W, "单日学时过多", "too many class hours in a day"),
    "claim.hours_exceed_schedule": Code(_W, "申报学时超过课程安排", "more class hours are claimed than scheduled"),
    "claim.schedule_assumed": Code(_I, "未提供课程安排，按签到表推定", "no schedule was given, it was taken from the sheets"),
    "claim.field_invalid": Code(_W, "申报字段格式有误", "a field of the claim has the wrong form"),
    "claim.amount_exceeds_rate": Code(_C, "申报金额超过学时标准", "the amount claimed exceeds the rate"),
    "claim.amount_exceeds_cap": Code(_C, "申报金额超过人均上限", "the amount claimed exceeds the cap"),
    "claim.amount_mismatch": Code(_W, "申报总额与人员明细不符", "the total claimed differs from the sum over trainees"),
    "claim.rate_unknown": Code(_W, "补贴标准另有文件规定", "the rate is set by another document", unclear=True),
    "claim.used_later": Code(_I, "材料又用于之后的申报", "what is handed in was used again in a later claim"),
    # trainee
    "trainee.id_invalid": Code(_W, "身份证号无效", "the ID number is invalid"),
    "trainee.duplicate": Code(_C, "人员重复申报", "the trainee is listed twice"),
    "trainee.not_on_roster": Code(_C, "不在参保名单中", "not on the insured roster"),
    "trainee.not_insured": Code(_C, "培训期间未参保", "not insured on the training days"),
    "trainee.category_unsupported": Code(_W, "人员类别不在支持范围", "the category is not supported"),
    "trainee.too_many_subsidies": Code(_C, "年度享受补贴次数超限", "too many subsidies in the year"),
    "trainee.same_occupation_and_level": Code(_C, "同一职业同一等级重复享受", "the same occupation and level within the year"),
    "trainee.time_conflict": Code(_C, "同一时间出现在两处", "in two places at the same time"),
    # documents
    "documents.plan_or_notice_missing": Code(_C, "缺少培训方案或培训通知", "neither plan nor notice"),
    "documents.assessment_missing": Code(_C, "缺少评价记录", "no assessment records"),
    "documents.promised_missing": Code(_W, "缺少承诺提供的材料", "promised material is missing"),
    "documents.wrong_project": Code(_W, "材料与申报项目不符", "the document is about another project"),
    "documents.headcount_differs": Code(_I, "材料所写人数与申报不同", "the document speaks of another number of people"),
    "documents.assessment_incomplete": Code(_I, "部分人员未见评价结果", "no assessment result is seen for some people"),
    "documents.seal_missing": Code(_W, "承诺书未见公章", "no seal is seen on the commitment letter"),
    "documents.signature_missing": Code(_W, "承诺书未见签字", "no signature is seen on the commitment letter"),
    "documents.wrong_enterprise": Code(_W, "材料与申报企业不符", "the document is of another enterprise"),
    # invoice
    "invoice.ineligible_use": Code(_W, "发票用途不得列支", "the invoice is for an ineligible use"),
    "invoice.duplicate": Code(_C, "发票重复使用", "the same invoice was claimed twice"),
    "invoice.sum_short": Code(_I, "发票合计低于申报金额", "the invoices add up to less than is claimed"),
    "invoice.outside_window": Code(_W, "发票日期不在期限内", "the invoice's date is outside the window"),
    # sheet
    "sheet.missing": Code(_C, "缺少签到表", "no sign-in sheet"),
    "sheet.session_uncovered": Code(_W, "有课次无签到表", "a session has no sheet"),
    "sheet.date_unreadable": Code(_W, "签到表日期无法辨认", "the sheet's date cannot be read", unclear=True),
    "sheet.date_outside_training": Code(_W, "签到表日期不在培训期内", "the sheet's date is outside the training"),
    "sheet.unreadable": Code(_W, "签到表无法辨读", "the sheet cannot be read", unclear=True),
    "sheet.person_unknown": Code(_W, "签到人员无法对应", "a signer is nobody known"),
    "sheet.person_not_trainee": Code(_W, "签到人员不在申报名单", "a signer is not a trainee of the claim"),
    "sheet.name_ambiguous": Code(_W, "姓名对应多人", "the name fits several people", unclear=True),
    "sheet.id_mismatch": Code(_W, "身份证号与姓名不符", "the ID number does not fit the name"),
    "sheet.not_signed": Code(_W, "未签到", "not signed"),
    "sheet.person_twice": Code(_W, "同一人重复签到", "the same person is listed twice on a sheet"),
    "sheet.headcount_short": Code(_W, "到课人数不足", "too few trainees signed"),
    "sheet.reused": Code(_C, "签到表重复使用", "the sheet was used before"),
    "sheet.signature_copied": Code(_C, "签名疑似复制", "a signature was copied"),
    # photo
    "photo.too_few": Code(_C, "照片数量不足", "too few photos"),
    "photo.duplicate": Code(_W, "照片重复", "a photo was submitted twice"),
    "photo.reused": Code(_C, "照片曾用于其他申报", "a photo was used in another claim"),
    "photo.taken_outside_training": Code(_W, "照片拍摄时间不在培训期", "a photo was taken outside the training"),
    "photo.time_missing": Code(_I, "照片无拍摄时间", "a photo has no time"),
    "photo.witnesses_disagree": Code(_I, "照片的时间来源互相矛盾", "a photo's clocks contradict each other"),
    "photo.edited": Code(_W, "照片经过编辑", "a photo was edited"),
    "photo.screenshot": Code(_W, "照片为截屏", "a photo is a screenshot"),
    "photo.far_from_venue": Code(_W, "拍摄地点远离培训地点", "a photo was taken far from the venue"),
    "photo.taken_in_burst": Code(_I, "照片集中在短时间拍摄", "all photos were taken within moments"),
    "photo.few_people": Code(_I, "照片中人数远少于签到人数", "far fewer people in the photos than signed"),
    "photo.no_people": Code(_I, "照片中未见人员", "no people in the photo"),
    # video
    "video.missing": Code(_C, "缺少视频", "no video"),
    "video.too_short": Code(_C, "有效视频时长不足", "too little video"),
    "video.duration_overstated": Code(_C, "视频时长虚标", "the video's duration is overstated"),
    "video.frozen": Code(_W, "视频画面静止", "the video is frozen"),
    "video.black": Code(_W, "视频黑屏", "the video is black"),
    "video.looped": Code(_W, "视频循环重复", "the video repeats itself"),
    "video.slideshow": Code(_W, "视频为图片轮播", "the video is a slideshow"),
    "video.duplicate": Code(_W, "视频重复", "a video was submitted twice"),
    "video.reused": Code(_C, "视频曾用于其他申报", "a video was used in another claim"),
    "video.recorded_outside_training": Code(_W, "视频录制时间不在培训期", "a video was recorded outside the training"),
    "video.witnesses_disagree": Code(_I, "视频的时间来源互相矛盾", "a video's clocks contradict each other"),
    "video.unplayable": Code(_W, "视频无法播放", "a video cannot be played"),
    # online
    "online.log_missing": Code(_C, "缺少线上学习记录", "no online learning log"),
    "online.overlapping_sessions": Code(_I, "线上学习时段重叠", "online sessions overlap"),
    "online.outside_training": Code(_W, "线上学习不在培训期", "online learning outside the training"),
    "online.day_exceeds_limit": Code(_W, "单日线上学习超限", "too much online learning in a day"),
    "online.duration_inconsistent": Code(_W, "学习时长前后不一致", "a stated duration is inconsistent"),
    "online.machine_like": Code(_W, "学习记录疑似机器生成", "the log looks machine-made"),
    "online.person_not_trainee": Code(_W, "学习人员不在申报名单", "a learner is not a trainee of the claim"),
    "online.face_check_failed": Code(_W, "人脸核验未通过", "a face check failed"),
    "online.face_check_gap": Code(_W, "人脸核验间隔过长", "too long between face checks"),
    "online.face_check_missing": Code(_W, "缺少人脸核验", "no face checks"),
    "online.face_mismatch": Code(_C, "抓拍与本人不符", "a snapshot shows another person"),
    "online.face_shared": Code(_C, "同一人脸用于多个账号", "one face vouches for two accounts"),
    "online.face_replayed": Code(_C, "抓拍照片重复使用", "a snapshot was replayed"),
    "online.hours_short": Code(_W, "线上有效学时不足", "too few verified online hours"),
    # file
    "file.unreadable": Code(_W, "文件无法读取", "the file cannot be read"),
    "file.type_mismatch": Code(_W, "文件类型与扩展名不符", "the file is not what its name says"),
    "file.encrypted": Code(_W, "文件已加密", "the file is encrypted"),
    "file.empty": Code(_W, "文件为空", "the file is empty"),
    "file.too_large": Code(_W, "文件过大", "the file is too large"),
    "file.duplicate": Code(_I, "文件重复提交", "the file was submitted twice"),
}
