/** Every text of the staff console. */

const districts: Record<string, string> = {
  huangpu: '黄浦区',
  xuhui: '徐汇区',
  changning: '长宁区',
  jingan: '静安区',
  putuo: '普陀区',
  hongkou: '虹口区',
  yangpu: '杨浦区',
  minhang: '闵行区',
  baoshan: '宝山区',
  jiading: '嘉定区',
  pudong: '浦东新区',
  jinshan: '金山区',
  songjiang: '松江区',
  qingpu: '青浦区',
  fengxian: '奉贤区',
  chongming: '崇明区',
};

const topics: Record<string, string> = {
  registration: '登记注册',
  tax: '税费',
  licensing: '许可审批',
  financing: '融资',
  inspection: '检查执法',
  talent: '人才',
  employment: '用工社保',
  utilities: '水电气网',
  premises: '场地建设',
  policy: '惠企政策',
  service: '企业服务',
  trade: '外贸通关',
  ip: '知识产权',
  dispute: '纠纷法务',
  credit: '信用',
  competition: '公平竞争',
  innovation: '科技创新',
  stats: '情况数据',
  environment: '生态环境',
};

const channels: Record<string, string> = { widget: '网页', wechat: '微信公众号' };

const reasons: Record<string, string> = {
  asked: '要求人工',
  unresolved: '未解决',
  low_confidence: '机器人没把握',
  complaint: '投诉',
  sensitive: '敏感事项',
};

const reasonDetails: Record<string, string> = {
  asked: '企业主动要求由人工解答。',
  unresolved: '机器人答复后，企业表示问题没有解决，或答复未能送达。',
  low_confidence: '知识库中没有足够贴近的内容，机器人没有作答。',
  complaint: '企业在投诉或表达不满，请先致歉并倾听。',
  sensitive: '事项敏感，不宜由机器人作答。',
};

const profileLabels: Record<string, string> = {
  name: '姓名',
  phone: '电话',
  company: '企业',
  industry: '行业',
  size: '规模',
  email: '邮箱',
};

export const zh = {
  product: '帮办工作台',
  brand: '帮办',

  boot: {
    loading: '正在打开工作台…',
    unreachable: '暂时连不上服务器',
    unreachableHint: '网络恢复后会自动继续，已输入的内容都在。',
    retry: '现在重试',
  },

  login: {
    title: '登录工作台',
    lead: '企业等的是一个人，\n一分钟之内。',
    points: ['排队实时可见，一键接入', '接入前已备好要点与答复建议', '答复附依据，出处可查'],
    username: '用户名',
    password: '密码',
    submit: '登录',
    submitting: '正在登录…',
    missing: '请填写用户名和密码。',
    refused: '用户名或密码不正确。',
    expired: '登录已过期，请重新登录。未发出的内容会保留。',
  },

  presence: {
    label: '在岗状态',
    ready: '就绪',
    busy: '忙碌',
    away: '离开',
    notReady: (status: string) => `您当前为「${status}」，不会优先分派给您`,
    becomeReady: '切换为就绪',
    awayTitle: '您现在是「离开」',
    awayHint: '就绪后才会响铃，企业求助时也才知道有人在。',
    awayWaiting: (n: number) => `就绪后才会响铃。现有 ${n} 家企业在等。`,
    awayLine: '您现在是「离开」，就绪后才会响铃',
    goReady: '开始接待',
  },

  link: {
    open: '已连接',
    connecting: '正在重连',
    closed: '未连接',
    lost: '实时连接已断开，正在重连。期间定时刷新，消息不会丢失。',
    offline: '网络已断开。已输入的内容都在，恢复后自动补发。',
  },

  top: {
    logout: '退出登录',
    shortcuts: '快捷键',
    notifications: '开启桌面通知',
  },

  ring: {
    idle: '铃声已开',
    ringing: '正在响铃，点击静音',
    muted: '已静音，点击恢复铃声',
    away: '离开状态不响铃',
    blocked: '点击页面任意处以启用铃声',
    short: { idle: '铃声', ringing: '响铃中', muted: '已静音', away: '不响铃', blocked: '启用铃声' },
  },

  queue: {
    title: '等候中',
    empty: '没有企业在等',
    emptyHint: '有人求助时会响铃，并出现在这里。',
    emptyHintAway: '有人求助时会出现在这里，离开时不响铃。',
    claim: '接入',
    claiming: '接入中',
    claimKey: (n: number) => `Alt+${n}`,
    taken: '已被他人接走',
    preview: '先看一看',
    remaining: (n: number) => `剩 ${n} 秒`,
    overdue: (n: number) => (n < 60 ? `超时 ${n} 秒` : `超时 ${Math.floor(n / 60)} 分`),
    waited: (clock: string) => `已等 ${clock}`,
    announce: (n: number, question: string) => `新的求助：${question}。现有 ${n} 家企业在等。`,
    loadFailed: '排队列表没有取到',
    noQuestion: '（没有文字）',
  },

  mine: {
    title: '我的会话',
    empty: '还没有进行中的会话',
    emptyHint: '接入一位企业后会列在这里。',
    unread: (n: number) => `${n} 条未读`,
    firstReply: '待首次答复',
    waits: (clock: string) => `等您 ${clock}`,
    online: '在线',
    offline: '已离线',
    you: '我：',
    bot: '机器人：',
    noText: '（暂无消息）',
    recent: '最近结束',
    recentEmpty: '还没有结束过的会话',
    loadFailed: '会话列表没有取到',
  },

  conversation: {
    none: '选择一个会话',
    noneHint: '按 C 接入等得最久的企业，或从左侧选择会话。',
    noneBusy: (n: number) => `${n} 家企业正在等候`,
    claimFirst: '接入等得最久的一家',
    loading: '正在取会话内容',
    loadFailed: '会话内容没有取到',
    retry: '重新加载',
    empty: '还没有消息',
    anonymous: (id: string) => `访客 ${id}`,
    history: '会话记录',
    newMessages: '以下为新消息',
    jumpToNewest: '回到最新',
    newBelow: (n: number) => `${n} 条新消息`,
    visitorTyping: '对方正在输入…',
    today: '今天',
    yesterday: '昨天',
    date: (month: number, day: number) => `${month}月${day}日`,
    visitor: '企业',
    bot: '机器人',
    note: '内部备注',
    noteHint: '仅工作人员可见',
    read: '已读',
    delivered: '已送达',
    sending: '发送中…',
    retrying: '网络不稳，正在重发…',
    failed: '未发出',
    resend: '重发',
    discard: '删除',
    edit: '改后再发',
    source: '依据',
    offeredButtons: '给出的按钮',
    unknownKind: '（暂不支持显示的内容）',
    close: '结束会话',
    closeKey: 'Alt+W',
    ownerBot: '机器人接待中',
    ownerQueue: '等候接入',
    ownerOther: (name: string) => `由 ${name} 接待`,
    ownerMine: '由我接待',
    closed: '会话已结束',
    closedHint: '企业再次发来消息时，由机器人先接待。',
    previewBar: '预览：接入后才能答复企业',
    otherBar: (name: string) => `由 ${name} 接待，您可以写内部备注`,
    botBar: '机器人接待中，您可以写内部备注',
    firstReplyClock: (clock: string) => `首次答复计时 ${clock}`,
  },

  kinds: {
    choices: '请企业选择',
    not_covered: '知识库未收录',
    handoff: '转人工',
    out_of_scope: '超出范围',
    ticket: '工单',
    form: '引导问答',
  } as Record<string, string>,

  notices: {
    queued: '已进入人工排队',
    queued_nobody_ready: '已进入人工排队，当时无人就绪',
    helper_joined: (name: string, department: string) => `${department ? `${department} ` : ''}${name} 接入会话`,
    helper_returned_to_queue: '会话已退回排队',
    assistant_away: '机器人暂时不可用，已转人工',
    closed: (outcome: string) => `会话结束${outcome ? `：${outcome}` : ''}`,
    rated: (text: string) => `企业评价：${text}`,
    other: '状态变更',
  },

  rating: {
    resolved: '已解决',
    unresolved: '未解决',
    stars: (n: number) => `${n} 星`,
    none: '未评价',
  },

  composer: {
    public: '答复企业',
    internal: '内部备注',
    mode: '发送对象',
    placeholderPublic: '写给企业的答复…',
    placeholderInternal: '写给同事的备注，企业看不到…',
    labelPublic: '答复内容',
    labelInternal: '备注内容',
    send: '发送',
    save: '记下备注',
    hint: 'Enter 发送 · Shift+Enter 换行',
    tooLong: (n: number) => `超出 ${n} 字`,
    count: (n: number, max: number) => `${n} / ${max}`,
    draft: '草稿',
  },

  outcome: {
    title: '结束会话',
    lead: '这次求助的结果是？',
    resolved: '已解决',
    resolvedHint: '问题已答复清楚，或已办好',
    unresolved: '未解决',
    unresolvedHint: '还需继续跟进，或不在职责范围',
    no_response: '访客未回应',
    no_responseHint: '多次询问后没有回音',
    confirm: '确认结束',
    cancel: '取消',
    noReply: '您还没有答复过这家企业。',
    draftLeft: '输入框里还有未发送的内容，结束后将不再保留。',
    done: '会话已结束',
  },

  release: {
    button: '退回排队',
    title: '退回排队？',
    lead: '会话会回到排队，由其他同事接手。企业会知道正在接通下一位，已有的对话和备注都保留。',
    cancel: '取消',
    done: '会话已退回排队',
  },

  brief: {
    title: '接手要点',
    facts: '已知情况',
    offered: '机器人已给出',
    reason: '转人工原因',
    none: '这次会话没有转人工，没有接手要点。',
    suggestions: '答复建议',
    noSuggestions: '没有贴近的答复建议，可在下方搜索知识库。',
    insert: '插入',
    insertKey: 'Alt+Enter',
    more: '展开全文',
    less: '收起',
    select: '选择会话后，这里显示要点、答复建议和企业信息。',
  },

  visitor: {
    title: '企业信息',
    district: '所在区',
    channel: '渠道',
    page: '来自页面',
    started: '开始时间',
    online: '状态',
    resolved: '结果',
    number: '会话编号',
  },

  knowledge: {
    title: '知识库',
    placeholder: '搜索知识库，如「歇业备案」',
    empty: (q: string) => `没有找到与「${q}」相关的内容`,
    emptyHint: '换个说法，或用更短的词再试。',
    failed: '搜索没有成功',
    searching: '正在搜索',
    count: (n: number) => `${n} 条结果`,
    source: '依据：',
  },

  shortcuts: {
    title: '快捷键',
    list: [
      ['C', '接入等得最久的企业'],
      ['Alt + 1…9', '接入排队中的第几位'],
      ['Alt + ↑ / ↓', '上一个、下一个会话'],
      ['Alt + Enter', '插入第一条答复建议'],
      ['Alt + N', '切换答复与内部备注'],
      ['Alt + R', '回到输入框'],
      ['Alt + K', '搜索知识库'],
      ['Alt + W', '结束当前会话'],
      ['Enter', '发送（Ctrl 或 ⌘ + Enter 亦可）'],
      ['?', '显示本页'],
    ],
  },

  alerts: {
    title: (n: number) => `(${n}) 企业等候中 · 帮办`,
    titleClock: (n: number, clock: string) => `(${n}) 已等 ${clock} · 帮办`,
    titleUnread: (n: number) => `● ${n} 条新消息 · 帮办`,
    request: (topic: string) => `新的求助${topic ? ` · ${topic}` : ''}`,
    message: (name: string) => `${name} 发来消息`,
  },

  errors: {
    network: '网络不通，请检查连接后再试。',
    unknown: '操作没有成功，请再试一次。',
    /** By the code of docs/protocol.md, for when the server's own sentence is not in this language. */
    codes: {
      bad_request: '提交的内容不符合要求，请检查后再试。',
      not_authenticated: '请先登录。',
      forbidden: '您没有这项操作的权限。',
      csrf: '页面已过期，请刷新后再试。',
      not_found: '没有找到，可能已被移除。',
      already_claimed: '已被他人接走',
      wrong_state: '会话的状态已变，现在不能这样操作。',
      too_large: '内容太长，请分几次发送。',
      too_many_requests: '操作太频繁，请稍等片刻再试。',
      unavailable: '服务暂时不可用，请稍后再试。',
      internal: '服务器出了问题，已记录，请稍后再试。',
    } as Record<string, string>,
  },
};

export const districtName = (code: string | null): string => (code ? (districts[code] ?? code) : '');
export const topicName = (code: string | null): string => (code ? (topics[code] ?? code) : '');
export const channelName = (code: string): string => channels[code] ?? code;
export const reasonName = (code: string): string => reasons[code] ?? code;
export const reasonDetail = (code: string): string => reasonDetails[code] ?? code;
export const profileLabel = (key: string): string => profileLabels[key] ?? key;
