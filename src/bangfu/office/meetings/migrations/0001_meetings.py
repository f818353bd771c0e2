"""The first tables of this app."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("privacy", "0001_keys"),
        ("registry", "0006_closings"),
    ]

    operations = [
        migrations.CreateModel(
            name="CommitteeMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_code", models.CharField(max_length=12, verbose_name="行政村代码")),
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("head", "村委会主任"),
                            ("member", "村委会成员"),
                            ("supervisor", "村务监督委员会成员"),
                            ("representative", "村民代表"),
                            ("official", "乡镇干部"),
                            ("guest", "列席人员"),
                        ],
                        max_length=16,
                        verbose_name="身份",
                    ),
                ),
                ("user_key", models.CharField(blank=True, max_length=64, verbose_name="账户标识")),
                ("starts_on", models.DateField(verbose_name="任期开始")),
                ("ends_on", models.DateField(null=True, verbose_name="任期结束")),
                ("added_by", models.CharField(max_length=64, verbose_name="登记人标识")),
            ],
            options={
                "verbose_name": "评议人员",
                "indexes": [models.Index(fields=["area_code", "ends_on"], name="meetings_member_area")],
            },
        ),
        migrations.CreateModel(
            name="Attendee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("head", "村委会主任"),
                            ("member", "村委会成员"),
                            ("supervisor", "村务监督委员会成员"),
                            ("representative", "村民代表"),
                            ("official", "乡镇干部"),
                            ("guest", "列席人员"),
                        ],
                        max_length=16,
                        verbose_name="身份",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="meetings.committeemember",
                        verbose_name="评议人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "到会人员",
            },
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_code", models.CharField(max_length=12, verbose_name="地区代码")),
                (
                    "kind",
                    models.CharField(
                        choices=[("review", "民主评议会"), ("hearing", "听证会"), ("villagers", "村民代表会议")],
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "待召开"), ("held", "已召开"), ("closed", "已办结")],
                        default="draft",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="时间")),
                ("place", models.CharField(max_length=60, verbose_name="地点")),
                ("chair", models.CharField(max_length=60, verbose_name="主持人")),
                ("recorder", models.CharField(max_length=60, verbose_name="记录人")),
                ("entitled", models.PositiveSmallIntegerField(default=0, verbose_name="应到人数")),
                ("present", models.PositiveSmallIntegerField(default=0, verbose_name="实到人数")),
                ("discussion", models.TextField(blank=True, verbose_name="发言要点")),
                ("called_by", models.CharField(max_length=64, verbose_name="召集人标识")),
                ("called_name", models.CharField(max_length=60, verbose_name="召集人")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="办结时间")),
                ("closed_by", models.CharField(blank=True, max_length=64, verbose_name="办结人标识")),
                ("content", models.TextField(blank=True, verbose_name="封存内容")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="校验值")),
                ("version", models.PositiveIntegerField(default=0, verbose_name="版本")),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="privacy.subjectkey",
                        verbose_name="密钥",
                    ),
                ),
            ],
            options={
                "verbose_name": "会议",
            },
        ),
        migrations.CreateModel(
            name="Matter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(verbose_name="序号")),
                ("reference", models.CharField(max_length=40, verbose_name="事项编号")),
                ("title", models.CharField(max_length=120, verbose_name="议题")),
                ("quorum", models.CharField(default="2/3", max_length=7, verbose_name="到会比例")),
                ("least", models.PositiveSmallIntegerField(default=5, verbose_name="最少到会人数")),
                ("chair", models.CharField(blank=True, max_length=60, verbose_name="本议题主持人")),
                ("in_favour", models.PositiveSmallIntegerField(null=True, verbose_name="赞成")),
                ("against", models.PositiveSmallIntegerField(null=True, verbose_name="反对")),
                ("abstaining", models.PositiveSmallIntegerField(null=True, verbose_name="弃权")),
                ("relatives_abstained", models.PositiveSmallIntegerField(null=True, verbose_name="近亲属回避")),
                ("objections", models.CharField(blank=True, max_length=400, verbose_name="异议")),
                (
                    "result",
                    models.CharField(
                        blank=True, choices=[("carried", "通过"), ("lost", "未通过")], max_length=8, verbose_name="结果"
                    ),
                ),
                ("sealed", models.BinaryField(null=True, verbose_name="封存内容密文")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="校验值")),
                ("abstained", models.ManyToManyField(to="meetings.attendee", verbose_name="回避人员")),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.household",
                        verbose_name="户",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="matters",
                        to="meetings.meeting",
                        verbose_name="会议",
                    ),
                ),
            ],
            options={
                "verbose_name": "议题",
            },
        ),
        migrations.AddField(
            model_name="attendee",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attendees",
                to="meetings.meeting",
                verbose_name="会议",
            ),
        ),
        migrations.CreateModel(
            name="MeetingFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("sign_in", "签到表"), ("photo", "会议照片"), ("paper", "其他材料")],
                        max_length=8,
                        verbose_name="类别",
                    ),
                ),
                ("file_name", models.CharField(blank=True, max_length=60, verbose_name="文件")),
                ("media_type", models.CharField(blank=True, max_length=40, verbose_name="格式")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="校验值")),
                ("paper", models.CharField(blank=True, max_length=60, verbose_name="纸质材料存放处")),
                ("taken_on", models.DateField(null=True, verbose_name="照片拍摄日期")),
                ("added_by", models.CharField(max_length=64, verbose_name="登记人标识")),
                ("added_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="meetings.meeting",
                        verbose_name="会议",
                    ),
                ),
            ],
            options={
                "verbose_name": "会议材料",
            },
        ),
        migrations.CreateModel(
            name="NearRelative",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_code", models.CharField(max_length=12, verbose_name="行政村代码")),
                ("user_key", models.CharField(blank=True, max_length=64, verbose_name="账户标识")),
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
                ("relation", models.CharField(max_length=20, verbose_name="关系")),
                ("since", models.DateField(verbose_name="登记日期")),
                ("ended_on", models.DateField(null=True, verbose_name="终止日期")),
                ("filed_by", models.CharField(max_length=64, verbose_name="登记人标识")),
                ("filed_name", models.CharField(max_length=60, verbose_name="登记人")),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.household",
                        verbose_name="户",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="meetings.committeemember",
                        verbose_name="评议人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "近亲属备案",
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area_code", models.CharField(max_length=12, verbose_name="地区代码")),
                ("what", models.CharField(max_length=200, verbose_name="事项")),
                ("owner", models.CharField(max_length=60, verbose_name="责任人")),
                ("due_on", models.DateField(verbose_name="期限")),
                ("done_at", models.DateTimeField(null=True, verbose_name="办结时间")),
                ("done_name", models.CharField(blank=True, max_length=60, verbose_name="办结登记人")),
                ("proof", models.CharField(blank=True, max_length=200, verbose_name="办结证明")),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tasks",
                        to="meetings.meeting",
                        verbose_name="会议",
                    ),
                ),
            ],
            options={
                "verbose_name": "决定事项",
            },
        ),
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(fields=["area_code", "starts_at", "id"], name="meetings_meeting_area"),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(fields=["reference"], name="meetings_matter_reference"),
        ),
        migrations.AddConstraint(
            model_name="matter",
            constraint=models.UniqueConstraint(fields=("meeting", "reference"), name="meetings_matter_once"),
        ),
        migrations.AddConstraint(
            model_name="attendee",
            constraint=models.UniqueConstraint(fields=("meeting", "member"), name="meetings_attendee_once"),
        ),
        migrations.AddIndex(
            model_name="nearrelative",
            index=models.Index(fields=["area_code", "id"], name="meetings_relative_area"),
        ),
        migrations.AddConstraint(
            model_name="nearrelative",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on", None), ("member__isnull", False)),
                fields=("household", "member"),
                name="meetings_relative_member",
            ),
        ),
        migrations.AddConstraint(
            model_name="nearrelative",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on", None), models.Q(("user_key", ""), _negated=True)),
                fields=("household", "user_key"),
                name="meetings_relative_account",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["area_code", "done_at", "due_on", "id"], name="meetings_task_area"),
        ),
    ]
