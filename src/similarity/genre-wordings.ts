import type { Genre } from './genre.ts'

/** What titles of a kind have in common, and the first words of the text where they tell more. The first kind that fits is taken. */
type Kind = { genre: Genre; title: RegExp[]; lead?: RegExp }

/** Digests first, for they are about everything; promotions before notices, since a price is in both. */
export const chineseKinds: Kind[] = [
  {
    genre: 'digest',
    title: [
      /^\d+\s*点\s*\d+\s*氪|早报|晚报|日报[｜|丨：:]|早知道|早资道|周报|周刊|月报|一周(?:回顾|要闻|热点|盘点|融资)|新闻汇总|要闻(?:汇总|速览)|每日(?:精选|速递|简报)|^联播[｜|丨]/u,
    ],
  },
  {
    genre: 'promotion',
    title: [
      /到手价?|立减|好价|狂[促补]|[券抢]后|国补后|新低|探底|破冰|抄底|史低|[→>]\s*\d+\s*元|红包|喜加一|\d\s*折|直降|白菜|限时[免抢]|会员年卡|半价|(?:\d+(?:\.\d+)?)\s*元(?:抢|包邮|秒)/u,
    ],
    lead: /(?:下单|叠加|领取?|抢)[^。]{0,30}(?:红包|优惠券?|券)|点此(?:抢|领|购买)|可能随时变更/u,
  },
  {
    genre: 'notice',
    title: [
      /^\*?ST\s?\p{Script=Han}|净利润?|净[亏盈]|归母|营收[^，]{0,12}(?:同比|亿元|万元)|业务收入|[增减]持|回购|定增|募资|[停复]牌|风险警示|终止上市|退市|立案|问询函|派\d|[派分]红|每\s*10\s*股|证券简称|股份(?:转让|质押)|(?:控股)?股东拟?|(?:上市|发行)[^，]{0,10}备案|过会|上会|递表|异常波动|一季[度报]|[半年季]度?报[^道]|旅客吞吐量/u,
      /(?:完成|获|宣布)[^，]{0,14}(?:天使|种子|[A-F]\+*|战略|Pre-?[A-Z]\+*|[亿万]元?)[^，]{0,10}(?:融资|投资)|注册资本|成立[^，]{0,10}公司|公司[^，]{0,4}成立|增资至|中标|签[署订][^，]{0,20}(?:协议|合同)/u,
    ],
    lead: /^.{0,30}?(?:公告[，,称]|披露[^，]{0,12}(?:年报|季报|报告|预告|业绩)|在(?:互动|投资者关系)平台|(?:爱企查|天眼查|企查查)App|文件显示)|互动平台/iu,
  },
  {
    genre: 'market',
    title: [
      /收[盘涨跌]|[开早午尾]盘|盘[前中后]|[三四]大[股指]|[沪深]指|创业板指|恒指|恒生(?:科技)?指数|日经\s*225|标普\s*500|纳指|道指|成交额|[南北]向资金|涨停|跌停|飘红|龙虎榜/u,
      /(?:现货|期|黄|白|伦敦|纽约)(?:黄金|白银|金|银)[^，]{0,12}(?:涨|跌|破|价|关口|盎司)|金[价饰]|油价|[布美]油|原油期货|主力合约|批价|国债收益率|汇率|日元|(?:涨|跌)[^，]{0,6}\d+(?:\.\d+)?%$|美元\/盎司/u,
      /(?:股价?|指数|概念|板块|中概)[^，]{0,10}(?:普[涨跌]|走[强弱高低]|领[涨跌]|[涨跌](?:超|逾|近|幅)|[高低]开|新高|大[涨跌])|(?:美股|港股|A股)[^，]{0,8}(?:涨|跌|新高)/u,
    ],
  },
  {
    genre: 'pastime',
    title: [
      /天气|气象|降雨|台风|暴雪|寒潮|高温预警|客流|旅客|车流量|返程|高峰|体坛|足球|篮球|中超|英超|西甲|欧冠|NBA|CBA|网球|大师赛|世界杯|奥运|球员|今日(?:立|雨|惊|春|清|谷|小|芒|夏|大|处|白|秋|寒|霜|冬)/u,
    ],
  },
]

export const otherKinds: Kind[] = [
  {
    genre: 'digest',
    title: [
      /\b(?:daily|weekly|morning|evening) (?:digest|briefing|brief|roundup|newsletter|wrap|recap)\b|\b(?:news|week(?:ly)?) (?:roundup|round-up|in review|recap)\b|\bthis week in\b|\b(?:top|best) \d+ (?:stories|links)\b|\bwhat we(?:'|’)re reading\b/i,
    ],
  },
  {
    genre: 'promotion',
    title: [
      /\b(?:\d+% off|save \$?\d+|best deals?|deals? of the|lowest price|all-time low|coupon|promo code|prime day|black friday|discounted)\b/i,
    ],
  },
  {
    genre: 'notice',
    title: [
      /\b(?:q[1-4]|(?:first|second|third|fourth)[- ]quarter|full[- ]year|annual|quarterly)\b[^,;]{0,30}\b(?:results?|profits?|revenues?|earnings|sales|loss(?:es)?)\b|\b(?:share|stock) (?:buyback|repurchase)|\bform (?:10-[kq]|8-k)\b|\braises? \$[\d.]+ ?[mb]|\bseries [a-f]\b[^,;]{0,20}\b(?:round|funding)/i,
    ],
  },
  {
    genre: 'market',
    title: [
      /\b(?:stocks|shares|futures|wall street|nasdaq|s&p 500|dow(?: jones)?|ftse|nikkei|treasury yields?|gold(?: prices?)?|silver|crude|oil prices?|bitcoin|the yen|the dollar)\b[^,;]{0,40}\b(?:closes?|opens?|rises?|rose|falls?|fell|slips?|slid|jumps?|gains?|drops?|edges?|rall(?:y|ies)|surges?|tumbles?|hits?|slumps?|climbs?)\b/i,
    ],
  },
  {
    genre: 'pastime',
    title: [
      /\b(?:weather forecast|premier league|champions league|nba|nfl|world cup|super bowl|grand slam|horoscope|crossword|wordle)\b/i,
    ],
  },
]

/** How the page of a site's defences begins. */
export const wallText: RegExp[] = [
  /(?:enable|turn on|requires?|without) java ?script/i,
  /java ?script is (?:not available|disabled|required|turned off)/i,
  /(?:verify|confirm|checking) (?:that )?(?:you are|you're|your browser|if the site)/i,
  /^\W*(?:just a moment|access denied|attention required|client challenge|security check|403 forbidden|are you a robot|making sure you're not a bot)/i,
  /(?:unusual traffic|automated (?:requests|queries)|complete the captcha|blocked by network security)/i,
  /^\W*(?:we(?: and our [^.]{0,40})? use cookies|this (?:web)?site uses cookies|accept (?:all )?cookies|before you continue)/i,
  /^\W*(?:页面不存在|访问验证|安全验证|请完成验证|您的访问(?:被|出现)|请开启\s*(?:javascript|cookie))/i,
]

/** How such a page is titled, where it is not titled as the article that it hides. */
export const wallTitle: RegExp[] = [
  /^\s*$/,
  /^\W*(?:just a moment|access denied|attention required|client challenge|security check|403 forbidden|are you a robot|making sure you're not a bot)/i,
  /(?:unusual traffic|automated (?:requests|queries)|complete the captcha|blocked by network security)/i,
  /^\W*(?:we(?: and our [^.]{0,40})? use cookies|this (?:web)?site uses cookies|accept (?:all )?cookies|before you continue)/i,
  /^\W*(?:页面不存在|访问验证|安全验证|请完成验证|您的访问(?:被|出现)|请开启\s*(?:javascript|cookie))/i,
]
