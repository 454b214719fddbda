"""The WeChat official account (服务号): its webhook, its sending API, and what may be sent when."""
