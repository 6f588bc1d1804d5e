import { Alert, Button, Form, Input, Select, Space, Table, Tag, Typography } from "antd";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { rest, ROLES, type Person, type Role } from "../session";
import { useConsole } from "../state/store";
import { useHeight } from "../useHeight";
import { nameOf, refusalText } from "../words";

const HEAD_PX = 40; // of the table

interface Secret {
  name: string;
  words: string;
}

/** Everybody who may sign in: add, change, disable, give a new password. */
export default function PeoplePage() {
  const { t } = useTranslation();
  const [room, height_px] = useHeight();
  const [people, setPeople] = useState<Person[] | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [secret, setSecret] = useState<Secret | null>(null);
  const load = useCallback(async () => {
    setPeople((await rest<{ people: Person[] }>("GET", "/people")).people);
  }, []);
  const run = useCallback(
    (act: () => Promise<void>) => {
      setRefusal(null);
      act()
        .then(load)
        .catch((reason: unknown) => setRefusal(refusalText(reason, t)));
    },
    [load, t],
  );
  useEffect(() => run(async () => {}), [run]);
  const change = (name: string, fields: Partial<Person>) => run(() => rest("PATCH", `/people/${name}`, fields));
  const reset = (name: string) =>
    run(async () => {
      const { secret } = await rest<{ secret: string }>("POST", `/people/${name}/password`);
      setSecret({ name, words: secret });
    });
  return (
    <main className="page" data-testid="people-page">
      <section className="page-body page-fill" aria-label={t("people.title")}>
        <div className="page-head">
          <h2>{t("people.title")}</h2>
          <span className="bar-gap" />
          <AddPerson onAdd={(form) => run(async () => {
          const { secret } = await rest<{ secret: string }>("POST", "/people", form);
          setSecret({ name: form.name, words: secret });
        })} />
        </div>
        {refusal !== null && <Alert type="error" showIcon message={refusal} className="page-note" />}
        {secret !== null && (
          <Alert
            type="success"
            className="page-note"
            closable
            onClose={() => setSecret(null)}
            message={
              <>
                {t("people.secret", { name: secret.name })}{" "}
                <Typography.Text code copyable data-testid="one-time-password">
                  {secret.words}
                </Typography.Text>
              </>
            }
          />
        )}
        <div className="page-rows" ref={room}>
        <Table<Person>
          size="small"
          rowKey="name"
          loading={people === null}
          dataSource={people ?? []}
          pagination={false}
          scroll={{ x: 860, y: Math.max(HEAD_PX, height_px - HEAD_PX) }}
          columns={[
            { title: t("people.name"), dataIndex: "name", width: 130 },
            { title: t("people.shown"), dataIndex: "shown", width: 120 },
            {
              title: t("people.role"),
              width: 140,
              render: (_, each) => (
                <Select<Role>
                  size="small"
                  value={each.role}
                  style={{ width: "100%" }}
                  aria-label={`${t("people.role")} ${each.name}`}
                  options={ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))}
                  onChange={(role) => change(each.name, { role })}
                />
              ),
            },
            {
              title: t("people.where"),
              render: (_, each) => <Where person={each} onChange={(subdistricts) => change(each.name, { subdistricts })} />,
            },
            {
              title: t("people.state"),
              width: 84,
              render: (_, each) =>
                each.disabled ? <Tag>{t("people.disabled")}</Tag> : each.must_change ? <Tag color="gold">{t("people.new")}</Tag> : <Tag color="green">{t("people.active")}</Tag>,
            },
            {
              title: "",
              width: 150,
              render: (_, each) => (
                <Space size={4}>
                  <Button size="small" onClick={() => reset(each.name)}>
                    {t("people.reset")}
                  </Button>
                  <Button size="small" danger={!each.disabled} onClick={() => change(each.name, { disabled: !each.disabled })}>
                    {t(each.disabled ? "people.enable" : "people.disable")}
                  </Button>
                </Space>
              ),
            },
          ]}
        />
        </div>
      </section>
    </main>
  );
}

function Where({ person, onChange }: { person: Person; onChange: (codes: string[]) => void }) {
  const { t, i18n } = useTranslation();
  const district = useConsole((state) => state.district);
  const options = ((district?.subdistricts as GeoJSON.FeatureCollection | undefined)?.features ?? []).map(({ properties }) => ({
    value: String(properties?.code),
    label: nameOf({ zh: String(properties?.name_zh), en: String(properties?.name_en) }, i18n.language),
  }));
  return (
    <Select
      size="small"
      mode="multiple"
      maxTagCount={1}
      style={{ width: "100%" }}
      placeholder={t("people.everywhere")}
      aria-label={`${t("people.where")} ${person.name}`}
      value={person.subdistricts}
      options={options}
      onChange={onChange}
    />
  );
}

interface NewPerson {
  name: string;
  shown: string;
  role: Role;
}

function AddPerson({ onAdd }: { onAdd: (form: NewPerson) => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<NewPerson>();
  return (
    <Form<NewPerson>
      form={form}
      layout="inline"
      initialValues={{ role: "duty_officer", shown: "" }}
      onFinish={(fields) => {
        onAdd(fields);
        form.resetFields();
      }}
    >
      <Form.Item name="name" rules={[{ required: true, pattern: /^[a-z0-9._-]{2,64}$/, message: t("people.nameRule") }]}>
        <Input placeholder={t("people.name")} data-testid="new-person-name" />
      </Form.Item>
      <Form.Item name="shown">
        <Input placeholder={t("people.shown")} />
      </Form.Item>
      <Form.Item name="role">
        <Select style={{ width: 140 }} aria-label={t("people.role")} options={ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))} />
      </Form.Item>
      <Button type="primary" htmlType="submit" data-testid="add-person">
        {t("people.add")}
      </Button>
    </Form>
  );
}
