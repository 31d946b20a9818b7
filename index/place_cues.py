"""Words beside a place name: what makes it one, and what makes it something else. All in small letters, with accents;
without accents they count in texts that have none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from index.gazetteer import Level
from index.vietnamese import fold


def _words(told: str) -> frozenset[str]:
    return frozenset(told.split())


def _pairs(told: str) -> frozenset[tuple[str, str]]:
    return frozenset((one, other) for one, _, other in (pair.partition(" ") for pair in told.split("|")))


#: Words that name a unit's kind -> the kinds they may stand for, the meant one first.
_CITIES: Final = ("Thành phố",)
UNITS: Final = {
    ("tỉnh",): ("Tỉnh", "Thành phố"),
    ("thành", "phố"): _CITIES,
    ("tp",): _CITIES,
    ("thị", "xã"): ("Thị xã", "Thành phố", "Huyện"),
    ("tx",): ("Thị xã", "Thành phố", "Huyện"),
    ("quận",): ("Quận",),
    ("huyện", "đảo"): ("Huyện", "Đặc khu"),
    ("huyện",): ("Huyện", "Thị xã", "Quận"),
    ("thị", "trấn"): ("Thị trấn", "Xã", "Phường"),
    ("tt",): ("Thị trấn",),
    ("đặc", "khu"): ("Đặc khu", "Huyện"),
    ("phường",): ("Phường", "Thị trấn", "Xã"),
    ("xã",): ("Xã", "Phường", "Thị trấn"),
}


def _forms() -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]:
    found: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for told, kinds in sorted(UNITS.items(), key=lambda item: -len(item[0])):
        for form in dict.fromkeys((told, tuple(map(fold, told)))):
            found.setdefault(form[0], []).append((form, kinds))
    return found


#: The same with and without accents, by the first word, the longest first.
UNIT_FORMS: Final = _forms()
#: Single letters name a kind where a dot or a capital says that they are short for one.
LETTERS: Final = {
    "q": ("Quận",),
    "h": ("Huyện",),
    "p": ("Phường",),
    "f": ("Phường",),
    "x": ("Xã",),
    "t": ("Tỉnh",),
}
#: The levels that a kind of unit is found on, beside what `UNITS` says: a commune is never a province.
COMMUNES: Final = frozenset(("Phường", "Xã", "Thị trấn"))
#: Everyday words that begin like a unit: "xã hội", "tỉnh táo". In small letters they are no place.
COMPOUNDS: Final = _pairs(
    "xã hội|xã giao|xã đoàn|xã viên|xã luận|xã tắc|xã nhà|huyện đoàn|huyện ủy|huyện đội|huyện nhà|tỉnh táo|tỉnh dậy"
    "|tỉnh ngủ|tỉnh đoàn|tỉnh ủy|tỉnh đội|tỉnh lẻ|tỉnh nhà|tỉnh thành|quận ủy|quận đoàn|quận công|phường hội"
)


#: One of these right before a name says that it is a place.
CUES: Final = _words(
    "ở tại về quê từ đến tới ra vào lên xuống qua sang gần quanh khắp vùng miền đất ngoài trong trên dưới bên trú ngụ"
    " sống người dân gái trai hội nhóm team ship gửi khu chợ ga biển cảng ubnd sở viện trường thpt thcs đh hs sv kcn"
    " tuyến ghé rời tận mãi gốc trời tour du đi kho cụm xóm làng đảo phía bến sân hướng ccn bãi phượt trọ rẫy vườn"
)
#: Two words that say so together; the second alone does not.
CUE_PAIRS: Final = _pairs(
    "công an|học sinh|sinh viên|khu vực|địa bàn|bến xe|sân bay|trung tâm|bệnh viện|người dân|chi nhánh|cơ sở|cao tốc"
    "|công nghiệp|đại học|cao đẳng|phụ huynh|trẻ em|cộng đồng|nội thành|ngoại thành|du lịch|học trò|xe khách|xe ghép"
    "|hướng về|thị trường|bộ đội|biên phòng|quân dân|nội ngoại|chị em|anh em|bà con|cô bác|các mẹ|các em|bọn em"
    "|tụi em|quê em|quê t|quê tớ|quê tui|quê mình|quê tôi|quê cháu|mẹ bỉm|mẹ bầu|gia sư|giáo viên|đồng hương|hội mẹ"
    "|con nít|trẻ con|các bạn|các cháu|thanh niên|chợ nổi|xe tải|đội tuyển|tổng đài|vợ chồng|quân khu"
    "|giáo dục|tư pháp|cửa khẩu|vận động|nhà thờ|cây xăng|bến đò|thời tiết|chuyến xe"
)
#: Those that say so of any unit's name, communes' too: who lives, comes from or goes to school there.
HOMES: Final = _words("ở tại quê trú ngụ về gốc từ khu chợ gần hướng trọ kcn ccn bến")
HOME_PAIRS: Final = _pairs(
    "bến xe|bến đò|cây xăng|khu trọ|khu vực|địa bàn|quê em|quê mình|quê tôi|người dân|công an|sân bay|công nghiệp"
)
#: The same where neither they nor the name has accents, less those that then mean more ("cho", "trong", "ban").
PLAIN_CUES: Final = _words(
    "o tai que ve tu den toi ra vao len xuong qua sang gan quanh khap vung mien ngoai ngu song nguoi hoi nhom ship gui"
    " khu bien ubnd so truong thpt thcs hs sv kcn tuyen ghe tour kho hoc team gai dan"
)
PLAIN_HOMES: Final = _words("o tai que ve tu khu")
#: Whom a name calls by: "chị Hà Giang"; "chị em Hà Giang" is a cue pair and speaks of a place's people.
TITLES: Final = _words(
    "em bạn anh chị cô chú bác ông bà thầy bé cháu dì cậu mợ thím con thằng nhỏ đứa tên mẹ bố ba má sĩ mc hlv thủ sư"
    " tướng vua"
)
#: Streets, waters, houses and teams that are called by a place's name and lie elsewhere.
OTHERS: Final = _words(
    "đường phố ngõ ngách hẻm lộ cầu hồ sông núi đèo suối vịnh tượng đài sạn hàng ty hãng nhãn hiệu cư tòa quán đội"
    " clb fc tàu phim hát báo nhạc khúc trận sách hầm phà nghĩa viên tác"
)
#: Dishes and goods; the name may stand two words behind ("bánh tráng Tây Ninh").
GOODS: Final = _words(
    "phở bún nem bánh chè trà bia phê vải bưởi cam gạo mì rượu nón mắm chả giò kẹo nhãn cơm xôi lụa gốm yến sâm tỏi"
    " tám mực tôm hủ"
)
#: Before a name they make it a person's: families, and what stands between family and name.
FAMILIES: Final = _words(
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý kiều đinh đoàn trịnh mai cao lâm lương"
    " trương tạ tô hà đào lưu chu phùng quách thái tống tăng mạc nghiêm thị văn"
)
#: After a number these make it a time or an amount: "toàn phường 19 giờ thứ bảy".
TIMES: Final = _words(
    "giờ gio h g phút phut tuổi tuoi tháng thang năm người nguoi k m mét km tr triệu vụ em cháu"
)
#: What may stand between two places of a list, spaces aside.
JOINTS: Final = frozenset((",", "-", "–", "—", "/", "&", "và", "với", "hay", "hoặc", "sang", "va", "voi"))


def levels(kinds: Iterable[str]) -> frozenset[Level]:
    """Where units of these kinds stand."""
    found: set[Level] = set()
    for kind in kinds:
        if kind in COMMUNES or kind == "Đặc khu":
            found |= {Level.COMMUNE, Level.FORMER_COMMUNE}
        elif kind == "Tỉnh":
            found |= {Level.PROVINCE, Level.FORMER_PROVINCE}
        elif kind == "Thành phố":
            found |= {Level.PROVINCE, Level.FORMER_DISTRICT}
        else:
            found.add(Level.FORMER_DISTRICT)
    return frozenset(found)
