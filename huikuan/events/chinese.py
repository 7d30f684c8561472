"""What is wrong with an event, in Chinese: one line per sentence that the checks know."""

import re

_SENTENCES: dict[str, str] = {
    "is missing": "缺少此字段",
    "is missing; it names the debtor": "缺少此字段；它指明客户",
    "is missing; an instalment is named": "缺少此字段；已指明分期",
    'is missing; outcome is "partly"': "缺少此字段；结果为 partly 时必填",
    "is no type of event that is known here": "未知的事件类型",
    "is above the amount, which includes the tax": "税额大于含税金额",
    "is above the amount of the invoice": "大于发票金额",
    "adds up to more than the payment": "合计大于收款金额",
    'is given, but kind is not "bill"': "仅当 kind 为 bill 时可填",
    'is given, but outcome is not "partly"': "仅当 outcome 为 partly 时可填",
    "is no feed; it is one of {}": "不是已知的数据来源类型，可用：{}",
    "is after {}, the open business day": "晚于当前营业日 {}",
    "is the base itself": "与基准货币相同",
    "names the promise itself": "不能指向承诺自身",
    'is no currency of ISO 4217, as "CNY" is one': "不是 ISO 4217 货币代码（例如 CNY）",
    "must be in capitals: {}": "应为大写：{}",
    'must be a decimal above nothing, as in "7.1234"': "应为大于零的十进制数，例如 7.1234",
    "give exactly one of {}": "以下字段必须且只能填一个：{}",
    "must add up to the amount": "合计必须等于总金额",
    "is before {}": "早于 {}",
    "must be more than nothing": "必须大于零",
    "must be a word in small letters, as in stock_dumped": "应为小写英文单词，例如 stock_dumped",
    "is named twice": "重复",
    "stands here twice; send it once": "同一字段出现两次；只可出现一次",
    'must be text in quotes, as in "249.95": a JSON number may lose digits': (
        "应为带引号的文本，例如 249.95：JSON 数字可能丢失位数"
    ),
    "must be a date of the calendar, as in 2026-01-31": "应为日期，例如 2026-01-31",
    "has more decimals than {} has ({})": "小数位数超过 {} 的位数（{}）",
    "has more than {} digits": "超过 {} 位数字",
    "has more than {} entries": "超过 {} 条",
    "is negative; what reduces a debt is an event of its own (credit note, reversal)": (
        "不能为负；减少欠款请用专门的事件（贷项通知单、冲销）"
    ),
    'must be digits with at most one decimal point, as in "249.95"': (
        "应为数字，至多一个小数点，例如 249.95"
    ),
    "must be a date from {} to {}": "日期应在 {} 与 {} 之间",
    "must be a whole number from {} to {}": "应为 {} 至 {} 之间的整数",
    "is empty; an id has 1 to 200 characters": "为空；编号长度为 1 至 200 个字符",
    "is empty; say why": "为空；请说明理由",
    "is longer than {} characters": "超过 {} 个字符",
    "begins or ends with a space; send it without": "首尾有空格；请去除",
    "has a character that cannot be seen; send letters, digits and signs only": (
        "含不可见字符；只可用文字、数字和符号"
    ),
    "has a control character; send it as one line of plain text": "含控制字符；请用单行纯文本",
    "is not in Unicode's composed form (NFC); normalise it before sending": (
        "不是 Unicode 组合形式（NFC）；请先规范化"
    ),
    "is nested more than {} deep": "嵌套超过 {} 层",
    "is not a CloudEvent: {}": "不是 CloudEvent（{}）",
    'must be "1.0" (CloudEvents 1.0)': "应为 1.0（CloudEvents 1.0）",
    "must be text: {}": "应为文本（{}）",
    "cannot be read: {}": "无法读取（{}）",
    "must name the system that sends, in 1 to 300 characters": (
        "应指明发送系统，长度 1 至 300 个字符"
    ),
    "must be a URI reference: no spaces, no `|`": "应为 URI 引用：不含空格和 |",
    "must be application/json": "应为 application/json",
    "must be a time with its zone, as in 2026-01-31T09:30:00Z": (
        "应为带时区的时间，例如 2026-01-31T09:30:00Z"
    ),
    "has an attribute whose name is not lower-case letters, digits": (
        "扩展属性名只能用小写字母和数字"
    ),
    "must be text, a whole number of 32 bits, true or false": "应为文本、32 位整数或布尔值",
    "stands beside data; send only one of them": "与 data 同时出现；只能给出其一",
    "is not JSON in base64; send data as JSON": "不是 base64 编码的 JSON；请直接用 data",
    "is no field that is known here": "未知字段",
    "is none of the words allowed here: one of {}": "不是允许的取值，可用：{}",
    "is no fact from outside: {}": "不接受外部提交的此类事件（{}）",
    "is no type of fact from outside": "不是外部事实的类型",
    "The same source and id came before with other data. It is known from {}.": (
        "同一来源与 id 曾以其他内容提交；已知于 {}。"
    ),
    "It contradicted what is known and is kept for review. It is known from {}.": (
        "与已知内容冲突，已留待复核；已知于 {}。"
    ),
    "This {} came before with other data. It is known from {}.": (
        "该 {} 曾以其他内容提交；已知于 {}。"
    ),
    "Overlaps pause {} ({} to {}): resume it first, or choose other dates.": (
        "与暂停 {}（{} 至 {}）重叠：请先结束该暂停，或改用其他日期。"
    ),
    "{} is no date of the form {}": "{} 不是形如 {} 的日期",
    "{} is no whole number": "{} 不是整数",
    "{} is neither yes nor no; use a map": "{} 既非是也非否；请用 map 说明",
    "{} is not in the map": "{} 不在 map 中",
    "no encoding is called {}": "没有名为 {} 的编码",
    "decimal and thousands are the same character": "decimal 与 thousands 不能是同一字符",
    "no fact has this type; there are {}": "没有此类事实，可用：{}",
    "the row has {} columns, the header has {}": "该行有 {} 列，表头有 {} 列",
    "the row has bytes that are no text in {}": "该行含有不是 {} 文本的字节",
    "cannot be read through line {}: {}": "至第 {} 行无法读取：{}",
    "Expected {}, got {}": "应为 {}，实为 {}",
    "Integer value out of range": "数值过大",
    "Number out of range": "数值过大",
    "Input data was truncated": "JSON 不完整",
    "JSON is malformed: {}": "不是合法的 JSON（{}）",
    "JSON is nested too deeply": "JSON 嵌套过深",
    "JSON is nested more than {} deep": "JSON 嵌套超过 {} 层",
    "text is not UTF-8": "不是 UTF-8 文本",
    "there is no event in it": "其中没有事件",
    "more than {} events; send them in several requests": "超过 {} 个事件；请分批发送",
    "the record's key {}, so it names no debtor": "记录的键不能作为客户编号（{}）",
    "is not known here": "未知的事件类型",
    "Text is not UTF-8": "不是 UTF-8 文本",
}
_DEBTOR = " (it names the debtor)"


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(re.escape(sentence).replace(r"\{\}", "(.+?)"), re.DOTALL)


_PATTERNS = [(_pattern(sentence), chinese) for sentence, chinese in _SENTENCES.items()]


def in_chinese(reason: str) -> str:
    """The sentence in Chinese; as it is where nobody has translated it."""
    own = reason.removesuffix(_DEBTOR)
    for pattern, chinese in _PATTERNS:
        if found := pattern.fullmatch(own):
            about = "（此处为客户编号）" if own != reason else ""
            return chinese.format(*found.groups()) + about
    return reason
