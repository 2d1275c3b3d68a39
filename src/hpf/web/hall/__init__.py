"""The employer's hall: login, workbench, and the chain 在线填表 → 上传材料 → 信息确认 → 提交 for any item."""
