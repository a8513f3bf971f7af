"""What organizations may have no domain of: where everybody may have an address. Clerk's own lists
are not published; these are the well-known ones."""

KIND = "organization_domains"
COMMON = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com"),
        *("yahoo.com", "aol.com", "icloud.com", "me.com", "proton.me", "protonmail.com"),
        *("gmx.com", "gmx.net", "web.de", "mail.com", "zoho.com", "yandex.com", "qq.com"),
    }
)
DISPOSABLE = frozenset(
    {
        *("mailinator.com", "guerrillamail.com", "10minutemail.com", "yopmail.com"),
        *("temp-mail.org", "trashmail.com", "sharklasers.com"),
    }
)
