"""Who is on duty, as far as a decision of two depends on it. Nothing is bypassed: it is said, and waits."""

from __future__ import annotations

from lachan.domain.account import Role
from review_ui.guard import Visit


def duty_note(visit: Visit) -> str:
    """What this person should know about the other half of a two-person decision; "" when enough are there."""
    say, role = visit.language.say, visit.person.account.role
    there = [account.role for account in visit.desk.accounts.on_duty()]
    if role is Role.OFFICER and Role.APPROVER not in there:
        return say(
            "Hiện không có người phê duyệt nào trực. Yêu cầu gỡ bỏ và tin báo về tội phạm sẽ chờ; không ai duyệt thay."
        )
    if role is Role.PROTECTION_OFFICER and Role.APPROVER not in there:
        return say(
            "Hiện không có người phê duyệt nào trực. Đề nghị xem lại người nói sẽ chờ; việc giúp trẻ thì không."
        )
    if role is Role.APPROVER and there.count(Role.OFFICER) < 2:
        return say(
            "Chưa đủ hai cán bộ xem xét đang trực, nên bạn có thể đoán ra ai đã quyết định. Nếu vì thế mà khó khách "
            "quan, hãy để một người phê duyệt khác xem."
        )
    return ""
