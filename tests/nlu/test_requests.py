import json
from pathlib import Path

import pytest

from bot.knowledge import load_knowledge
from bot.knowledge.text import normalise
from bot.nlu.requests import Asked, asks_for_person

ROOT = Path(__file__).resolve().parents[2]
SAID = {
    Asked.SURELY: (
        "人工", "人工！", "！！！！人工！！！！", "转人工", "人工谢谢", "那还是人工吧", "人工人工人工",
        "客服在吗", "客服客服", "接线员",
        "帮办员在线吗", "专员呢", "转经办人", "有真人吗", "搵真人", "給我轉人工", "human please", "agent",
        "I want a human",
        "connect me with a real person now", "please let a staff member contact me", "connect me to a person",
        "can someone call me about guarantee fee", "说了半天没用，人工！", "我不跟你讲了，喊你们经理",
        "别让机器糊弄我，叫你们主管",
        "叫你们领导接电话", "把负责人叫来", "把我转给青浦区的帮办", "给我转税务的老师",
        "我就想找个懂环评的人问问", "我要跟真的人聊",
        "我年纪大不会打字，能跟人讲吗", "你解决不了就让人来解决", "不要机器回复，我要人", "喊个活的来",
        "ni hao wo yao zhao ren", "zhuan ren gong", "不行，要人来弄",
        "叫个会说人话的来",
        "妈的 听得懂吗 叫人！", "别绕了，来个人", "能不能来个人", "歇业备案，转人工",
        "担保费率我想找人问一下", "有没有人",
        "歇业备案的事我想找个人问", "不要机器人，转人工", "让税务的来", "客服电话多少", "让环保的人跟我说",
        "转一下吧", "麻烦帮我转接一下", "麻烦安排人回电", "把我转给窗口", "请值班的老师", "客服小姐姐在吗",
        # A call later is a person asked for, too.
        "能不能给我回个电话", "登记一下，让人联系我", "我现在没空，下午给我打过来", "请人回电",
        "please call me back",
    ),
    Asked.PERHAPS: (
        "怎么转人工",  "联系电话是多少", "招标联系电话是多少",
        "网上找人工帮办说多久会回",
    ),
    Asked.REFUSED: (
        "不找人了，谢谢，你说明白了",
        "请问我需要找工作人员帮我盖章吗", "要让负责的人来签字吗","不用找人工，我就想知道担保费率", 
        "我暂时不找人工，再看看",
        "别给我转人工", "please don't transfer me to an agent"),
    None: (
        "http://evil.com/?q=人工", "www.evil.com/转人工",
        "我们公司十来人，想办食品许可", "五十来人，规模算小企业吗", "青浦物流，二十来人，想贷款买车",
        "公司百来人，社保怎么弄",
        "我们在青浦，四十来人，做快递仓储，想扩仓库，看看有啥政策",
        "来个懂法律的人给我们审合同，园区有这服务吗",
        "他们找的人来检查，没证件", "派来的人说我违规", "让环保的人来查了三次", "外面请来的人帮我们做账",
        "叫消防的人来验收",
        "转到哪个窗口", "需要法人本人来吗", "招来的人留不住怎么办", "来的人没有亮证",
        "厂里叫来了个人说是安监的，查完要罚款", "公司换负责人，要报备吗", "换法人要本人到场吗",
        "找人代账要多少钱",
        "投资人来谈，场地有补贴吗", "人工费太高了怎么办", "人工智能企业有什么支持", "这里是人工还是机器人",
        "想找人投资", "股权转一下要交税吗", "他们没给我回电话", "请税务局的人打电话过来核实要理吗",
        "公司要招客服", "先不要人来处理", "不要人来帮我", "全程网上，不要人来办",
        "这个要人工审核吗", "我要招人", "外国人来公司上班", "12345转接到我们镇怎么处理",
        "Can a company secretary act as our registration agent?",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "text"), [(asked, text) for asked in SAID for text in SAID[asked]])
def test_request_for_a_person_is_told_from_other_talk(asked, text):
    assert asks_for_person(normalise(text)) is asked


def test_words_alone_find_few_requests_when_example_questions_are_read():
    measures = load_knowledge(ROOT / "data" / "measures").measures.values()
    questions = [q for measure in measures for point in measure.points for q in point.questions]
    found = [text for text in questions if asks_for_person(normalise(text)) is Asked.SURELY]
    assert len(found) <= 0.002 * len(questions), found


def test_words_alone_find_most_requests_and_nothing_else_when_the_dev_set_is_read():
    lines = (ROOT / "tests" / "understanding" / "dev.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    found = [row for row in rows if asks_for_person(normalise(row["text"])) is Asked.SURELY]
    requests = sum(row["kind"] == "human" for row in rows)
    assert {row["kind"] for row in found} == {"human"}
    assert len(found) >= 0.6 * requests
