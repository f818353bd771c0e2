"""Chinese names for the linking bench: surnames and given names with the skew they have in life, and how each goes wrong.

Written from general knowledge of names, independent of the matching code and of its libraries. Shares of the
first hundred surnames follow the published census figures roughly; given names follow sex and generation, so that the
commonest full names occur hundreds of times in a million persons while most names are rare.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

COMMON_SURNAMES = (
    "王7.1 李7.0 张6.7 刘5.1 陈4.5 杨3.1 黄2.3 赵2.1 吴2.0 周1.9 徐1.45 孙1.4 马1.3 朱1.25 胡1.2 郭1.15 何1.1 林1.05 高1.0 "
    "罗.95 郑.9 梁.85 谢.75 宋.7 唐.65 许.63 韩.62 冯.6 邓.6 曹.55 彭.53 曾.52 肖.5 田.48 董.47 袁.46 潘.45 于.45 蒋.44 蔡.44 "
    "余.43 杜.42 叶.42 程.42 苏.41 魏.41 吕.4 丁.39 任.38 沈.37 姚.36 卢.36 姜.35 崔.35 钟.35 谭.34 陆.33 汪.33 范.33 金.32 "
    "石.32 廖.31 贾.3 夏.3 韦.3 付.29 方.28 白.27 邹.27 孟.26 熊.26 秦.25 邱.25 江.25 尹.24 薛.24 闫.23 段.23 雷.23 侯.22 "
    "龙.22 史.21 陶.21 黎.21 贺.2 顾.2 毛.2 郝.2 龚.19 邵.19 万.19 钱.18 严.18 覃.18 武.17 戴.17 莫.17 孔.16 向.16 汤.15 "
    "欧阳.07 令狐.012 上官.008 皇甫.006 诸葛.006 司马.005 司徒.003 东方.002 夏侯.002 尉迟.002 公孙.001 端木.001"
)
OTHER_SURNAMES = (
    "温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉"
    "骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧"
    "闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼"
)

# pools of characters of given names, most frequent first: men, then women, by generation (see ERAS)
ERAS = (1950, 1970, 1990, 2008)
POOLS = (
    "德文明永国志玉福长金春树云家世荣忠义生祥林贵清发海山元有天成喜凤根茂万兴光学仁延廷佑维绍正朝安富财寿庆水银全瑞振宝洪才先开龙少克绪显守太松",
    "建国华军明志平永福文生民林强新胜利红卫东进朝和跃光荣忠义德金海春山贵祥学成兴庆安云龙树家清玉世宝振长祖万发正昌维先绍培启",
    "伟军强勇磊杰涛斌辉刚健超波鹏峰飞毅俊亮平明华建海志文小林龙东晓永洪春云新国鑫宏庆浩凯旭江宁冰雷松刚权贵兵荣良忠胜祥全才少",
    "浩杰鑫宇鹏俊超凯旭磊涛博文帅志伟佳家豪健龙飞晨阳明嘉子天泽翔航轩昊洋瑞睿彬成建林威康辉江雄凡钰森铭圣荣贤钦",
    "子梓浩轩宇泽俊沐奕辰铭睿晨博文昊天一诺皓嘉航瑞佑霖楷煜逸熙恩骏晟哲景锦承思远安乐然墨宸涵阳豪霆曦弘启书言",
    "秀英玉兰珍桂芳凤素淑贞云梅莲香花金翠春连菊美月娥华惠琴仙芝荣清巧银彩爱秋喜琼妹珠群先大小会正开德明",
    "秀英兰玉桂丽华芳珍红梅萍淑凤霞琴敏建爱美莲香春云金荣菊翠玲平惠群素会燕月琼明秋珠芬娟花仙艳琳碧光友先",
    "丽艳娟敏静燕红霞玲芳梅秀萍英华晓小海春云琴琼娜丹蓉莉婷颖雪芬倩慧洁晶莹玉凤兰香会美菊莲翠群利飞青容平",
    "婷雪欣佳慧倩静娜丹玲丽敏晓思梦雨怡琪颖瑶莹洁璐诗文嘉宇晨涵玉芳燕艳小梅娟露月蕾薇菲琳媛兰彩云秋春凤",
    "梓欣怡涵萱诺一可馨语子佳雨梦诗思晨雅琪悦瑶若汐依彤沐妍熙婉芮希宸艺嘉宁安然朵玥桐瑾柠萌菡筱",
)
POPULAR = (
    "德明 文明 永福 玉林 长生 福生 金生 志明 国清 明德 树林 天寿 兴发 光明 春生 根生 荣华 世荣 正明 天明 朝明 开富",
    "建国 建华 建军 国华 志强 卫东 红军 明华 国强 爱国 建平 国庆 新华 志明 和平 援朝 跃进 建明 卫国 永红 志刚 德华 海军 胜利",
    "伟 军 勇 强 磊 刚 涛 杰 斌 平 波 辉 超 鹏 飞 亮 浩 毅 俊 海涛 志强 建军 小军 志勇 海波 建华 文军 小平 晓东 志刚 小龙",
    "浩 杰 鑫 俊杰 鹏 磊 宇 超 涛 凯 帅 旭 文杰 志豪 俊 浩然 嘉豪 佳豪 天宇 子豪 龙 阳",
    "浩宇 子轩 宇轩 浩然 梓轩 俊杰 子涵 梓豪 宇航 浩轩 一诺 奕辰 宇辰 沐宸 铭泽 子墨 梓睿 宇泽",
    "秀英 桂英 玉兰 秀兰 玉英 凤英 秀珍 桂兰 玉珍 素珍 桂芳 兰英 桂珍 淑珍 素英 玉芳 凤兰 翠英",
    "秀英 秀兰 桂英 丽华 玉梅 桂芳 建华 玉兰 红梅 丽 秀珍 桂兰 春梅 玉华 秀芳 小红 爱华 淑芳",
    "丽 艳 敏 静 娟 燕 霞 芳 玲 红 梅 萍 英 丽娟 海燕 红梅 春梅 小燕 丽华 秀英 雪梅 小红 晓燕 丹 娜 琴",
    "婷 静 丽 雪 敏 倩 婷婷 欣 丹 娜 慧 思雨 佳 佳怡 梦婷 雨婷 欣怡 玲 晓雪",
    "梓涵 欣怡 一诺 子涵 诗涵 可馨 梓萱 雨桐 欣妍 依诺 佳怡 语彤 雨欣 梓晨 欣悦 若曦",
)
# what parents choose less often, for anybody
TAIL = (
    "柏邦宾冰炳伯才灿苍昌畅琛澄诚驰崇楚川传淳慈聪翠达丹道登迪典鼎冬栋铎帆芳斐芬丰枫奉孚甫阜淦高歌耕恭古冠广瑰桂果汉翰航禾合鹤衡弘鸿厚虎"
    "桦怀欢焕晃蕙霁积吉季济佳坚鉴江姣教捷解谨劲津锦靖静炯菊娟珏均开恺康珂科奎坤岚朗磊蕾礼理力立莲廉良琳凌灵流隆露鲁伦律纶洛曼茂玫媚蒙淼闽"
    "鸣茗牧穆南楠念培沛蓬品萍璞普其奇祺启谦乾巧青卿情秋球曲权泉任仁日绒溶柔如润若三森莎山善尚韶绍申升笙盛石时士守舒曙双水硕司松苏遂泰堂棠韬"
    "特腾铁亭通同童团婉旺望维味温汶问武希锡喜遐仙娴贤湘祥向潇效孝协心星行修栩轩璇选学勋寻雅延炎彦艳焱央养尧耀业晔叶依仪宜议亦易谊益逸茵音寅"
    "银胤盈迎影映咏优友有渝予羽雨昱裕誉元媛源岳匀允韵蕴载赞造增湛章昭哲者真臻震争征政知直植枝致智中众仲舟州洲珠卓姿滋宗足祖尊佐作"
)
TAIL_SHARE = 0.18
ONE_CHARACTER = (0.06, 0.10, 0.32, 0.22, 0.05)  # share of one-character given names by generation
POPULAR_SHARE = 0.22
RARE = "㙍喆堃赟𠮷翀昶旻頔燚淼犇骉劼祎珺䶮㛃鋆韡"
MINORITY_FIRST = (
    "阿卜杜拉 买买提 阿依古丽 古丽娜尔 艾力 吾买尔 热孜万 帕提古丽 玉素甫 阿布都热合曼 吉克 阿的 沙马 曲木 俄木 阿尔 金古 吉木 "
    "迪力夏提 木合塔尔 努尔古丽 哈力克 巴哈尔 赛买提"
).split()
MINORITY_SECOND = (
    "买买提 吐尔逊 艾合买提 肉孜 依明 司马义 曲布 子史 拉哈 伍呷 尔洛 阿牛 木乃 日者 阿依 加加 阿卜力孜 克里木 尼亚孜 "
    "库尔班 达吾提 斯依提 约布 石一"
).split()
TIBETAN = "扎西 次仁 卓玛 央金 旺堆 顿珠 格桑 拉姆 平措 德吉 白玛 尼玛 多吉 仁青 丹增 洛桑 桑珠 曲珍".split()

VARIANTS = (
    "国國 华華 云雲 兰蘭 凤鳳 龙龍 贵貴 红紅 丽麗 军軍 强強 伟偉 刚剛 杰傑 辉輝 飞飛 东東 晓曉 庆慶 宁寧 兴興 义義 荣榮 发發 "
    "万萬 学學 维維 绍紹 财財 寿壽 银銀 宝寶 长長 树樹 东東 进進 跃躍 卫衛 胜勝 党黨 鹏鵬 涛濤 颖穎 莹瑩 洁潔 婷婷 艳艷 霞霞 "
    "梦夢 诗詩 思思 玛瑪 桢楨 琼瓊 连連 莲蓮 爱愛 妈媽 会會 泽澤 嘉嘉 凯凱 轩軒 晨晨 阳陽 圣聖 贤賢 钦欽 铭銘 远遠 乐樂 恩恩 "
    "诺諾 锦錦 艺藝 语語 悦悅 宪憲 张張 刘劉 陈陳 杨楊 黄黃 赵趙 吴吳 孙孫 马馬 罗羅 郑鄭 谢謝 许許 韩韓 冯馮 邓鄧 肖萧 肖蕭 "
    "蒋蔣 余餘 叶葉 苏蘇 吕呂 卢盧 钟鐘 钟鍾 谭譚 陆陸 范範 贾賈 韦韋 付傅 邹鄒 闫阎 闫閻 顾顧 龚龔 钱錢 严嚴 汤湯 欧歐 齐齊 "
    "峰峯 群羣 喆哲 堃坤 升昇 淑淑 秀秀 松鬆 翠翠 赟贇 頔迪 𠮷吉 邱丘 戴戴 于於 萧肖 昆崑 泉泉 灵靈 双雙 竹竹 鉴鑒 启啟 "
    "应應 岭嶺 岁歲 显顯 绪緒 开開 农農 节節 为為 实實 声聲 坚堅 静靜 莺鶯 鸿鴻 鸣鳴 韵韻 尔爾 达達 买買 库庫 尼尼 员員 赛賽"
)
# characters that sound alike without their tones; the first line are surnames that are heard wrongly
SOUND_GROUPS = (
    "章张 李黎 汪王 陈程 徐许 吴伍武 余于俞喻 魏卫韦 肖萧 付符 邱裘 江姜蒋 何贺 石史施 杜都 袁苑 路卢陆 常昌 闫严颜晏 尹殷 詹占 "
    "伟玮炜纬薇维卫 丽莉利俐力立 芳方坊房 军君钧均俊骏 健建剑键 华花桦 明铭鸣茗 志智治致芝 国果 永勇咏泳 平萍苹坪 英莹颖瑛应 "
    "玉宇雨钰育裕煜 兰岚澜蓝 梅媚美 红宏洪鸿虹弘 霞夏 燕艳雁彦妍 秀修 桂贵 珍贞真桢 琴勤芹沁 敏民闽 静晶菁景京 娟鹃 玲铃灵龄 "
    "雪学 婷庭廷霆 欣新鑫馨心昕 佳家嘉加 慧惠会卉辉 怡依宜伊艺奕一逸 文雯闻 涛韬滔 杰洁捷婕 斌彬宾滨 强蔷 刚钢 鹏朋 峰锋枫丰凤 "
    "飞菲霏 波博伯 亮良谅 海亥 林琳霖淋 龙隆 东冬栋 晓小筱肖 春椿 云芸筠耘 宁凝 浩昊皓豪 凯恺楷 旭叙绪 阳洋扬杨 晨辰宸臣 子梓紫 "
    "泽则 轩萱宣 航杭 睿瑞芮 天田添 思丝斯 远媛元源圆 安桉 然燃 涵晗函寒菡 诗师 语羽 悦月玥岳 彤桐童彤 熙希曦汐西 清青卿 荣容蓉榕 "
    "生升声胜圣盛 福富傅 祥翔详 德得 金锦今 喜希 寿守 庆清 全泉权 宝保 光广 正政振珍 长常昌 成城承诚程 世仕士 忠中钟 发法 根亘 "
    "素苏 淑书舒 莲连 香湘 翠崔 菊居 彩采 秋丘 珠朱竹 群裙 仙先鲜贤 巧乔 爱艾 琼穹 露璐路 梦孟 蕾磊雷 倩茜 丹单 娜那 瑶遥谣 "
    "可柯克 诺糯 若偌 墨默 启琪奇祺 书舒 哲喆 坤堃昆 淼渺 吉𠮷 扎札 桑丧 卓灼"
)
SHAPE_GROUPS = "秀季 未末 晴睛情 淑椒 兰三 玉王 云去 芳芬 英莫 梅海 红江 军车 明朋 永水 志忘 平干 林材 生主 斌武 杰点 涛寿 刚则 涵函 梓辛"


@dataclass(frozen=True)
class Tables:
    """Texts and weights that names are drawn from, made once."""

    surnames: list[str]
    surname_weights: np.ndarray
    texts: list[str]  # what a first or second part of a given name may be; 0 is empty
    index: dict[str, int]


def surnames() -> tuple[list[str], np.ndarray]:
    """Surnames, the empty one of minority names first, with their probabilities."""
    names, weights = [""], [0.0]
    for entry in COMMON_SURNAMES.split():
        letters = entry.rstrip("0123456789.")
        names.append(letters)
        weights.append(float(entry[len(letters) :]))
    for rank, letter in enumerate(OTHER_SURNAMES):
        names.append(letter)
        weights.append(0.15 * 0.985**rank)
    total = np.array(weights)
    return names, total / total.sum()


def tables() -> Tables:
    """Every text that a name is put together from."""
    names, weights = surnames()
    texts = [""]
    pieces = [*"".join(POOLS), *TAIL, *"".join(POPULAR).replace(" ", ""), *RARE, *TIBETAN]
    pieces += [*MINORITY_FIRST, *(f"·{part}" for part in MINORITY_SECOND)]
    texts += sorted(set(pieces))
    return Tables(names, weights, texts, {text: number for number, text in enumerate(texts)})


def zipf(n: int, flat: float, power: float) -> np.ndarray:
    """Probabilities falling with the rank; `flat` is how far the first ones are levelled."""
    weights = 1.0 / (np.arange(n) + flat) ** power
    return weights / weights.sum()


def groups_of(text: str) -> dict[str, str]:
    """For each character the others of its groups."""
    found: dict[str, str] = {}
    for group in text.split():
        for letter in group:
            others = found.get(letter, "") + group
            found[letter] = "".join(dict.fromkeys(other for other in others if other != letter))
    return {letter: others for letter, others in found.items() if others}


HOMOPHONES = groups_of(SOUND_GROUPS)
LOOKALIKES = groups_of(SHAPE_GROUPS)
TRADITIONAL: dict[str, str] = {}
for pair in VARIANTS.split():
    if pair[0] != pair[1]:
        TRADITIONAL[pair[0]] = TRADITIONAL.get(pair[0], "") + pair[1]


def flags(texts: list[str], letters: dict[str, str] | str) -> np.ndarray:
    """Which texts hold one of the letters."""
    return np.array([any(letter in letters for letter in text) for text in texts])


def given_names(
    dice: np.random.Generator, made: Tables, sex: np.ndarray, year: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """First and second part of a given name for each person, as numbers of `made.texts`."""
    first, second = np.zeros(len(sex), np.int16), np.zeros(len(sex), np.int16)
    tail = np.array([made.index[letter] for letter in dict.fromkeys(TAIL)], np.int16)
    group = np.searchsorted(ERAS, year, side="right").astype(np.int8) + len(POPULAR) // 2 * (sex == 2)
    for number, (pool, popular) in enumerate(zip(POOLS, POPULAR, strict=True)):
        who = np.flatnonzero(group == number)
        pool_numbers = np.array([made.index[letter] for letter in dict.fromkeys(pool)], np.int16)
        weights = zipf(len(pool_numbers), 6, 0.9)
        for part in (first, second):
            usual = dice.choice(pool_numbers, len(who), p=weights)
            part[who] = np.where(dice.random(len(who)) < TAIL_SHARE, dice.choice(tail, len(who)), usual)
        second[who[dice.random(len(who)) < ONE_CHARACTER[number % len(ONE_CHARACTER)]]] = 0
        names = popular.split()
        chosen = who[dice.random(len(who)) < POPULAR_SHARE]
        picks = dice.choice(len(names), len(chosen), p=zipf(len(names), 6, 1.0))
        first[chosen] = np.array([made.index[name[0]] for name in names], np.int16)[picks]
        second[chosen] = np.array([made.index[name[1:]] for name in names], np.int16)[picks]
    return first, second
