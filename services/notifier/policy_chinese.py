"""What is wrong with a policy document, said in Chinese: one pattern for each sentence of ours."""

import re

_SENTENCES: tuple[tuple[str, str], ...] = (
    (r"must be a date such as (.+)", r"应为日期，例如 \1"),
    (r'"(.+)" is the state without any step.*', r"“\1”表示没有任何措施；请为步骤另取名称"),
    (r"lift_when takes thresholds only.*", "lift_when 只能写阈值；segment 和 tag 请写在 unless 中"),
    (r"days_since_step belongs to when", "days_since_step 只能写在 when 中"),
    (r"only a notice, a call or a visit repeats.*", "只有函件、电话和拜访可以重复；停供持续生效"),
    (r"lift_by: person needs `per: debtor`.*", "lift_by: person 需要 per: debtor"),
    (r"a step for certain invoices needs `per: item`", "针对特定发票的步骤需要 per: item"),
    (r"a legal referral always needs two people.*", "移交法务必须两人批准：请写 approval: two"),
    (r"names nobody; .*", "没有指明任何对象；请写 segment、tag、debtor 或 invoice，或去掉 scope"),
    (r"a notice comes at once: .*", "催款函不设宽限：reversal_grace_days 只用于更重的步骤"),
    (r"a week needs a working day", "一周至少要有一个工作日"),
    (r"(.+) is both a holiday and worked", r"\1 既是假日又是工作日"),
    (r"a policy has (.+) to (.+) steps", r"策略应有 \1 至 \2 个步骤"),
    (r'two steps are called "(.+)" and have one scope', r"有两个名为“\1”的步骤，且适用范围相同"),
    (r'the steps called "(.+)" are of two kinds', r"名为“\1”的步骤种类不同"),
    (r"must name at least one currency.*", '至少要写一个币种，例如 {CNY: "50000.00"}'),
    (r'"(.+)" is no currency of ISO 4217.*', r"“\1”不是 ISO 4217 币种"),
    (r"write the amount in quotes, as in (.+)", r"金额请加引号，例如 \1"),
    (r"has more decimals than (.+) has \((.+)\)", r"小数位多于 \1 的位数（\2）"),
    (r"must be more than zero, or everybody reaches it", "必须大于零，否则人人都达到"),
    (r"must be a share of the limit such as (.+)", r"应为额度的比例，例如 \1"),
    (r"must be a share from 0 to 1, such as (.+)", r"应为 0 到 1 的比例，例如 \1"),
    (
        r"must be a severity from (.+) to (.+), or severities by name.*",
        r"应为 \1 至 \2 的严重度，或按名称写，例如 {stock_dumped: 1}",
    ),
    (r"names no channel; .*", "没有写任何渠道；请去掉该字段，或写例如 letter"),
    (r"a channel is named twice; .*", "同一渠道写了两次；顺序即尝试的先后"),
    (r"names no threshold; .*", "没有写任何阈值；例如 {days_overdue: 30}"),
    (
        r"nobody obeys a notice: .*",
        "催款函无人执行：acknowledge_within_days 只用于更重的步骤",
    ),
    (r"evidence is looked at by who approves: .*", "证据由批准人审核：请加 approval: one 或 two"),
    (r"a value in it has no meaning", "其中有无意义的值"),
    (r"it is not in UTF-8", "不是 UTF-8 编码"),
    (r"it has a control character", "含控制字符"),
    (r"a reference \(& or \*\) is not allowed; write it out", "不允许引用（& 或 *），请直接写出"),
    (r"the same field stands here twice", "同一字段出现两次"),
    (r"it is nested more than (.+) deep", r"嵌套超过 \1 层"),
    (r"is nested more than (.+) deep", r"嵌套超过 \1 层"),
)
_PATTERNS = tuple((re.compile(en), zh) for en, zh in _SENTENCES)


def in_chinese(sentence: str) -> str:
    """The sentence in Chinese; itself where it is none of ours."""
    for pattern, chinese in _PATTERNS:
        if found := pattern.fullmatch(sentence):
            return found.expand(chinese)
    return sentence
