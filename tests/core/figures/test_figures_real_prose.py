"""Ways of real reports that once raised false alarms: the checker was run over the national government work reports of
1954 to 2025 and over a city's bulletins. The sentences here are made up; the ways of putting figures are those."""

from __future__ import annotations

import pytest

from bangfu.core.figures.check import check_text
from bangfu.core.figures.numbers import chinese_number, figures_of

RIGHT = {
    "亿 and 万 in one number": "原煤产量由四亿八千三百万吨增加到六亿一千八百万吨，增长百分之二十八；投资一百四十五亿七千万元，比上年的一百二十三亿七千万元增长百分之十七点八。",
    "spoken decimals": "产量从五十万吨增加到一百万吨，增长一倍；面积扩大到二点五倍。",
    "an average over years": "居民收入由1997年的5160元增加到2002年的7703元，平均每年实际增长8.6%。财政收入从8651亿元增加到18914亿元，平均每年增加2053亿元。",
    "other prices": "生产总值由3480亿元增加到9380亿元，按可比价格计算增长102%。",
    "each of its own budget": "决算支出占预算数的98.4%，比预算数298.2亿元少支4.7亿元。其中，经济建设费支出137.6亿元，占预算数的97.0%；社会文教费支出31.9亿元，占预算数的82.8%。",
    "a whole in brackets": "地方支出（扣除上解部分）为77.0亿元。地方支出中，经济建设费为28.5亿元，占地方支出总数的35.8%。",
    "items that end with a semicolon": "要抓好以下几件事：\n一、继续做好入户核查；\n二、认真落实帮扶措施；\n三、进一步规范资金管理；\n四、切实加强队伍建设。\n各地要抓紧落实。",
    "two levels": "项目由省、市、自治区两级举办，权责由省、市、自治区两级分担。",
    "a quoted word of a verb": "依靠改革土地制度、支援前线、稳定市场、进行“三反”等各项工作的胜利。",
    "numbered and listed": "第五、\n坚持互相尊重主权和领土完整、互不侵犯、互不干涉内政、平等互利、和平共处五项原则。",
    "a number above ten": "推广农业、纺织、能源、电子、机械、原材料、化工和制药、运输和邮电等方面的四十项成果。",
    "a run of years": "1953年到1978年的二十六年间平均每年增长2.2%。",
    "digits set apart by a scan": "年进出口总额由1 6 5 5 亿美元增加到3 2 5 1 亿美元，组成部门从4 0 个减少到2 9 个。",
    "a second series after a comma": "有两点说明。第一，数字按1955年价格计算。第二，分类未作调整。\n为了解决这个问题，第一，部门必须采取措施。第二，单位必须清理库存。第三，各地必须节约用料。",
    "以…为目的的": "以增强体质为目的的体育活动广泛开展。",
    "其中 that names some": "投资完成159.5亿元（其中：甲项目完成投资150亿元；乙公司1.1亿元；丙公司0.7亿元；丁公司2.4亿元）。",
    "a list with 加上": "工业方面的有694个，加上农业方面的252个，交通方面的220个，文教方面的156个，公用事业方面的118个，其他方面的160个，全部单位共有1600个。",
    "one explains the next": "实施“两提高、两降低”政策。“两提高”即提高门诊报销比例、提高保险报销比例；“两降低”即降低起付线、降低自付比例；另有救助。",
}  # fmt: skip
WRONG = {
    "differs from the base": ("安排资金4.35亿元，较去年的3.6亿元增加0.65亿元，增长20.8%。", "difference", 1),
    "names that are missing": ("进度低于60%的有3个乡镇，分别是己乡、庚镇。", "enumeration", 1),
    "shares of a whole": (
        "全县安排资金4.35亿元。其中产业发展2.1亿元，占48.3%；基础设施1.5亿元，占34.5%；教育扶贫0.45亿元，占10.3%；其他0.3亿元，占7.9%。",
        "ratio", 1,
    ),
    "the odd one out": (
        "共有劳动力8000人，务工情况如下：县内3200人，占40.0%；省内县外2400人，占30.0%；省外1600人，占26.0%；务农800人，占10.0%。",
        "ratio", 1,
    ),
    "亿 and 万 that do not fit": ("原煤由四亿八千三百万吨增加到六亿一千八百万吨，增长百分之三十八。", "growth", 1),
    "per cent for points": ("轻工业的比重由44%提高到45%，即提高1%。", "percent_points", 1),
}  # fmt: skip


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_is_right_is_not_called_wrong(text: str) -> None:
    assert [finding for finding in check_text(text) if finding.verdict == "inconsistent"] == []


@pytest.mark.parametrize(("text", "kind", "count"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_once(text: str, kind: str, count: int) -> None:
    told = [finding.kind for finding in check_text(text) if finding.verdict == "inconsistent"]
    assert told == [kind] * count


def test_large_chinese_numbers_and_their_decimals_are_read() -> None:
    assert chinese_number("六亿一千八百万") == 618_000_000
    assert chinese_number("一万二千亿") == 1_200_000_000_000
    (figure,) = figures_of("增长二点一倍")
    assert (str(figure.value), str(figure.low), str(figure.high)) == ("2.1", "2.05", "2.15")
