"""What the columns of a learning log may be called. Headers are compared without blanks, case, punctuation and bracketed units."""

from __future__ import annotations

# fmt: off
SYNONYMS: dict[str, tuple[str, ...]] = {
    "name": (
        "姓名", "学员姓名", "学员", "员工姓名", "职工姓名", "人员姓名", "参训人员", "参训人员姓名", "真实姓名", "用户姓名", "学生姓名", "学习人",
        "学习人员", "name", "full name", "real name", "learner", "learner name", "student", "student name", "trainee", "trainee name", "employee name",
    ),
    "id_number": (
        "身份证号", "身份证号码", "身份证", "证件号码", "证件号", "公民身份号码", "居民身份证号", "身份证件号码", "身份号码", "id number", "id_no",
        "id no", "id card", "id card number", "id card no", "idcard", "identity number", "identity card", "citizen id", "national id",
    ),
    "account": (
        "账号", "帐号", "账户", "用户账号", "登录账号", "登陆账号", "学员账号", "平台账号", "登录名", "用户名", "用户ID", "学员ID", "学员编号", "学号",
        "account", "account name", "account id", "username", "user name", "user", "user id", "login", "login name", "learner id", "student id", "uid",
    ),
    "phone": (
        "手机号", "手机号码", "手机", "联系电话", "电话", "移动电话", "联系方式", "phone", "phone number", "mobile", "mobile phone", "tel", "telephone",
    ),
    "employee_no": (
        "工号", "员工工号", "员工编号", "员工号", "职工号", "职工编号", "人员编号", "employee no", "employee number", "employee id", "staff no",
        "staff id", "job number",
    ),
    "course": (
        "课程名称", "课程", "课程名", "课件名称", "课件", "课程标题", "学习课程", "学习内容", "章节名称", "章节", "资源名称", "培训课程", "视频名称",
        "course", "course name", "course title", "lesson", "module", "title",
    ),
    "start": (
        "开始时间", "开始学习时间", "学习开始时间", "进入时间", "进入学习时间", "进入课程时间", "登录时间", "登陆时间", "登入时间", "上线时间", "起始时间",
        "开始", "入会时间", "加入时间", "上课时间", "开始日期时间", "登录日期时间", "进入日期时间", "start", "start time",
        "started at", "start at", "begin", "begin time", "began at", "login time", "enter time", "entered at", "join time", "joined at", "from",
    ),
    "end": (
        "结束时间", "结束学习时间", "学习结束时间", "退出时间", "退出学习时间", "退出课程时间", "离开时间", "登出时间", "下线时间", "完成时间", "终止时间",
        "截止时间", "结束", "离会时间", "退会时间", "下课时间", "结束日期时间", "退出日期时间", "离开日期时间", "登出日期时间", "下线日期时间", "end",
        "end time", "ended at", "end at", "finish", "finish time", "finished at", "logout time", "exit time", "exited at", "leave time", "left at", "to",
    ),
    "duration": (
        "学习时长", "时长", "观看时长", "有效时长", "有效学习时长", "学习有效时长", "累计时长", "播放时长", "在线时长", "持续时间", "学习分钟数",
        "本次学习时长", "用时", "duration", "study duration", "learning duration", "study time", "learning time", "time spent", "minutes", "seconds",
        "hours", "watch time", "duration minutes", "duration seconds", "duration min", "duration sec", "duration hours",
    ),
    "checked_at": (
        "核验时间", "人脸核验时间", "验证时间", "人脸验证时间", "比对时间", "人脸比对时间", "认证时间", "人脸认证时间", "抓拍时间", "检测时间", "识别时间",
        "人脸识别时间", "核验时刻", "校验时间", "checked at", "check time", "verified at", "verify time", "verification time", "captured at",
        "capture time", "snapshot time", "face check time",
    ),
    "result": (
        "核验结果", "人脸核验结果", "验证结果", "人脸验证结果", "比对结果", "人脸比对结果", "认证结果", "识别结果", "人脸识别结果", "检测结果", "校验结果",
        "是否通过", "核验状态", "核验情况", "结果", "result", "check result", "verify result", "verification result", "passed", "is passed", "pass",
        "status", "outcome",
    ),
    "similarity": (
        "相似度", "人脸相似度", "相似度分值", "比对分值", "比对得分", "比对分数", "置信度", "匹配度", "similarity", "similarity score", "score",
        "confidence", "match score",
    ),
    "snapshot": (
        "抓拍照片", "抓拍图片", "抓拍文件", "抓拍", "抓拍照", "人脸照片", "现场照片", "核验照片", "照片", "照片文件名", "照片文件", "图片", "快照", "截图",
        "snapshot", "snapshot file", "photo", "photo file", "image", "image file", "picture", "file name", "filename",
    ),
    "_leaving": ("退出", "离开", "登出", "下线", "离会", "退会", "下课"),
    "date": ("日期", "学习日期", "培训日期", "上课日期", "date", "study date"),
    "when": ("学习时间", "学习起止时间", "起止时间", "学习时段", "时间段", "日期时间", "时间", "time", "timestamp", "datetime", "period", "时间戳"),
    "ip": ("ip", "ip地址", "登录ip", "登陆ip", "学习ip", "ip address", "client ip", "客户端ip"),
    "course_length": (
        "课程时长", "课程总时长", "课件时长", "视频时长", "视频总时长", "章节时长", "应学时长", "course duration", "course length", "video length",
        "video duration",
    ),
    "progress": ("学习进度", "完成进度", "进度", "学习状态", "完成状态", "完成情况", "是否完成", "progress"),
    # taken out of the running
    "_document_type": ("证件类型", "证件名称", "身份类型", "id type"),
    "_score": ("考试成绩", "成绩", "考核成绩"),
    "_class_hours": ("学时", "课时", "获得学时", "认定学时", "class hours", "credit hours"),
    "_organisation": (
        "单位名称", "企业名称", "公司名称", "所属单位", "部门名称", "班级名称", "项目名称", "company", "department", "class name", "project name",
    ),
    "_other_time": ("创建时间", "更新时间", "导出时间", "最后学习时间", "报名时间", "提交时间", "created at", "updated at", "export time"),
    "_course_id": ("课程编号", "课程id", "课程代码", "课程类型", "课程类别", "course id", "course code", "course type"),
    "_reason": ("失败原因", "原因", "备注", "说明", "reason", "remark", "note"),
}
# fmt: on
"""Roles beginning with `_` are columns that must not be mistaken for another role."""

PERSON = ("id_number", "account", "name", "phone", "employee_no")
STARTS = ("start", "when")
CHECK_MARKS = ("result", "similarity", "snapshot")
