"""The files of a county as the national export and the bureaus write them: names and Chinese headers."""

from __future__ import annotations

HOUSEHOLDS = [
    "户编号",
    "行政村代码",
    "户主姓名",
    "自然村",
    "村民组",
    "户联系电话",
    "户人口数",
    "是否城镇户",
    "是否本地户籍",
    "在本地居住月数",
    "户类型",
    "建档立卡年度",
    "脱贫年度",
    "监测对象类别",
    "识别监测时间",
    "风险是否已消除",
    "消除监测时间",
    "风险消除方式",
    "致贫返贫风险1",
    "致贫返贫风险2",
    "其他风险备注",
    "因自然灾害子项",
    "主要致贫原因",
    "整户无劳动能力兜底保障户",
    "是否解决安全饮用水",
    "是否危房户",
    "住房等级",
    "住房面积",
    "是否有其他安全住房",
    "是否已享受危房改造",
    "是否通生活用电",
    "是否有卫生厕所",
    "入户道路类型",
    "与村主干路距离",
    "耕地面积",
    "林地面积",
    "是否加入合作社",
    "生产经营性收入",
    "生产经营性支出",
    "财产性收入",
    "转移性收入",
    "其中社会救助金",
    "其中优抚计生奖励",
    "其中基础养老金",
    "工资性收入",
    "家庭纯收入",
    "人均纯收入",
    "上年人均纯收入",
    "刚性支出",
    "突发事件损失",
    "突发事件日期",
    "该事件是否已救助",
    "是否申报到户产业",
    "是否享受光伏收益",
    "信息采集人",
]

PERSONS = [
    "人编号",
    "户编号",
    "姓名",
    "证件号码",
    "证件类型",
    "性别",
    "出生日期",
    "民族",
    "与户主关系",
    "政治面貌",
    "文化程度",
    "在校生状况",
    "义务教育阶段未上学原因",
    "健康状况",
    "残疾类别",
    "残疾等级",
    "劳动技能",
    "婚姻状况",
    "是否农业户口",
    "是否常住",
    "是否参加城乡居民基本医疗保险",
    "是否参加城镇职工基本医疗保险",
    "是否参加城乡居民基本养老保险",
    "享受低保政策情况",
    "享受特困供养政策情况",
    "是否接受医疗救助",
    "年工资性收入",
    "年养老金收入",
    "法定赡养抚养扶养义务人有无履行能力",
    "生活自理能力达标项数",
    "宗教教职离家年数",
    "是否基层干部近亲属",
    "近亲属是否备案",
    "是否重病患者",
    "政策范围内医疗费用",
    "基本医保报销",
    "大病保险报销",
    "务工区域",
    "务工时间",
    "教育资助次数",
    "教育资助金额",
    "是否办理慢性病卡",
    "就业扶贫基地",
]

REGISTRY: dict[str, list[str]] = {
    "households": HOUSEHOLDS,
    "persons": PERSONS,
    "villages": [
        "行政村代码",
        "行政村名称",
        "乡镇名称",
        "是否贫困村",
        "是否出列",
        "村集体经济收入",
        "总户数",
        "总人口",
    ],
    "benefits": ["户编号", "人编号", "待遇项目", "月发放金额", "起始日期", "银行账号"],
    "work_records": (
        [
            "人编号",
            "开始务工时间",
            "结束务工时间",
            "是否已务工",
            "务工所在县",
            "月收入",
            "务工企业",
            "就业渠道",
        ]
    ),
    "status_episodes": ["户编号", "人编号", "身份类别", "开始日期", "结束日期", "原因"],
    "measures": ["户编号", "帮扶措施类别", "实施日期"],
    "posts": ["人编号", "岗位类别", "在岗月数", "年岗位补贴"],
    "contracts": ["人编号", "签约日期", "签约到期日"],
    "stations": ["电站编号", "行政村代码", "电站类型", "装机容量（千瓦）"],
    "groups": ["村民组编号", "行政村代码", "村民组名称"],
    "natural_villages": ["自然村编号", "行政村代码", "自然村名称"],
}

BORN_FILES = frozenset(
    {
        "deaths",
        "custody",
        "pensions",
        "medical_settlements",
        "disability_certificates",
        "school_enrolment",
        "dropouts",
    }
)
"""Bureau files that carry the date of birth.

Death, prison, pension, insurance, certificate and school registers are kept about persons and hold it in a field of
its own. Registers of things and of money (cars, houses, companies, accounts, wages) know their owner by number and
name only.
"""

# every bureau row starts with the person's ID number and name, and the date of birth in some files
_BUREAU = {
    "deaths": "死亡日期",
    "custody": "收监日期 释放日期",
    "vehicles": "号牌号码 车辆类型 估值 登记日期",
    "real_estate": "用途 建筑面积 登记日期",
    "financial_assets": "余额 截止日期",
    "business_registrations": "企业名称 担任职务 注册资本 登记状态",
    "payroll": "工作单位 月工资 月份",
    "pensions": "养老金类别 月发放金额",
    "medical_settlements": (
        "入院日期 医院级别 是否县内 是否规范转诊 总费用 政策范围内费用 基本医保支付 大病保险支付 医疗救助支付"
    ),
    "disability_certificates": "残疾人证号 残疾类别 残疾等级 有效期至",
    "school_enrolment": "学校名称 学段 年级 学期",
    "dropouts": "辍学原因",
}
BUREAU: dict[str, list[str]] = {
    name: ["证件号码", "姓名", *(["出生日期"] if name in BORN_FILES else []), *rest.split()]
    for name, rest in _BUREAU.items()
}

SOURCES = {
    "deaths": ("县民政局、县公安局", "《殡葬管理条例》、社会救助家庭经济状况核对授权"),
    "custody": ("县司法局", "社会救助家庭经济状况核对授权"),
    "vehicles": ("县公安局交警大队", "社会救助家庭经济状况核对授权"),
    "real_estate": ("县自然资源和规划局", "社会救助家庭经济状况核对授权"),
    "financial_assets": ("县内各银行业金融机构", "社会救助家庭经济状况核对授权"),
    "business_registrations": ("县市场监督管理局", "社会救助家庭经济状况核对授权"),
    "payroll": ("县财政局、县税务局", "社会救助家庭经济状况核对授权"),
    "pensions": ("县社会保险局", "社会救助家庭经济状况核对授权"),
    "medical_settlements": ("县医疗保障局", "医疗救助一站式结算数据共享"),
    "disability_certificates": ("县残疾人联合会", "残疾人两项补贴数据共享"),
    "school_enrolment": ("县教育局", "控辍保学数据共享"),
    "dropouts": ("县教育局", "控辍保学数据共享"),
}
"""Source and legal basis of each bureau file, for its manifest."""

TITLES = {
    "households": "防止返贫监测信息系统户信息导出表",
    "villages": "行政村基本信息表",
    "posts": "公益性岗位人员台账",
    "stations": "光伏扶贫电站台账",
    "deaths": "死亡人员信息",
    "real_estate": "不动产登记信息",
    "business_registrations": "市场主体登记信息",
    "disability_certificates": "持证残疾人名册",
    "dropouts": "疑似辍学学生名单",
}
"""Tables that come as workbooks, with the title line above their header, while the county is small enough."""

WORKBOOK_UP_TO = 20_000
"""Households up to which those tables are workbooks; beyond, everything is CSV."""

GB18030 = frozenset({"benefits", "vehicles", "measures", "households"})
"""CSV files in the encoding of older systems; the others are utf-8 with a byte-order mark."""

TOTALLED = {"households": ("合计", "户人口数"), "villages": ("合计", "总人口")}
"""Workbooks that end in a 合计 row: its word in the first column, and the column it adds up."""

DISABILITY_KINDS = ("", "视力", "听力", "言语", "肢体", "智力", "精神", "多重")
DISABILITY_GRADES = ("", "一级", "二级", "三级", "四级")
