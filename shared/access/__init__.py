"""People: users, the businesses they belong to, and signing in."""

from shared.access.users import Membership, add_business, add_user, businesses, sign_in

__all__ = ["Membership", "add_business", "add_user", "businesses", "sign_in"]
