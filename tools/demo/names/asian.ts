import { group } from './entries.ts';
import { frenchGivenNames } from './french.ts';
import { germanGivenNames } from './german.ts';

const vietnameseFamilyNames = `
  Bùi:bui, Đặng:dang, Đỗ:do, Huỳnh:huynh, Lê:le, Ngô:ngo, Nguyễn:nguyen, Phạm:pham, Trần:tran, Võ:vo, Vũ:vu`;

const vietnameseAtHome = group(
  `Bảo Trâm:baotram, Diệu Linh:dieulinh, Đức Khải:duckhai, Hồng Thắm:hongtham, Kim Oanh:kimoanh, Minh Khôi:minhkhoi,
   Ngọc Ánh:ngocanh, Quốc Việt:quocviet, Thảo Nguyên:thaonguyen, Tú Uyên:tuuyen`,
  vietnameseFamilyNames,
  'familyFirst',
);

export const vietnameseFrench = [group(frenchGivenNames, vietnameseFamilyNames), vietnameseAtHome];

export const vietnameseGerman = [group(germanGivenNames, vietnameseFamilyNames), vietnameseAtHome];

export const japanese = [
  group(
    '大輔:daisuke, 彩花:ayaka, 健太郎:kentaro, 美咲:misaki, 直樹:naoki, 千尋:chihiro, 悠斗:yuto, 真理子:mariko',
    '田中:tanaka, 佐々木:sasaki, 長谷川:hasegawa, 小野寺:onodera, 井上:inoue, 藤原:fujiwara, 五十嵐:igarashi, 渡邊:watanabe',
    'familyFirst',
  ),
  group(
    'Ayumi, Haruto, Jun’ichi:junichi, Kōhei:kohei, Sayuri, Shūji:shuji',
    'Andō:ando, Kuroda, Nishiyama, Ōtsuka:otsuka, Tsukamoto, Yūki:yuki',
  ),
];

export const chinese = [
  group(
    '思远:siyuan, 雨桐:yutong, 立新:lixin, 晓彤:xiaotong, 文博:wenbo, 佳怡:jiayi, 海燕:haiyan, 雪莹:xueying',
    '陈:chen, 黄:huang, 李:li, 林:lin, 王:wang, 吴:wu, 赵:zhao, 欧阳:ouyang, 司徒:situ',
    'familyFirstUnspaced',
  ),
  group('An, Jia, Lan, Na, Ning, Yu', 'Bi, Mu, Ou, Qu, Ru, Ye', 'familyFirst'),
];

/** A very short name in Latin letters: five characters including the space. */
export const chineseShort = [group('Na', 'Ye', 'familyFirst')];

export const korean = [
  group(
    '서윤:seoyun, 예준:yejun, 하린:harin, 도현:dohyeon, 은별:eunbyeol, 시원:siwon, 현숙:hyeonsuk, 가온:gaon',
    '문:moon, 송:song, 한:han, 노:noh, 백:baek, 류:ryu, 황보:hwangbo, 남궁:namgung',
    'familyFirstUnspaced',
  ),
];

const devanagariScript = group(
  'अद्वैत:advait, इशान:ishan, कावेरी:kaveri, गार्गी:gargi, तन्वी:tanvi, नंदिनी:nandini, विवान:vivaan, श्रेयस:shreyas, हर्षदा:harshada',
  'कुलकर्णी:kulkarni, गोखले:gokhale, जोशी:joshi, त्रिपाठी:tripathi, देशपांडे:deshpande, मिश्रा:mishra, वाघमारे:waghmare, श्रीवास्तव:shrivastava',
);

export const devanagari = [devanagariScript];

export const southAsianLatin = [
  group(
    'Deepika, Ishita, Kavitha, Manjula, Nikhil, Rukmini, Sanjeev, Thilini, Venkatesh',
    `Balasubramanian, Iyengar, Karunaratne, Krishnaswamy, Mukhopadhyay, Nambiar, Rajagopalan, Subramaniam,
     Venkataraman`,
  ),
  group('Gurpreet, Harpreet, Jaswinder, Manpreet', 'Ahluwalia, Bhogal, Dhaliwal, Grewal-Sandhu'),
  group('Faisal, Nusrat, Parveen, Tariq, Zainab', 'Ansari, Chaudhry, Qureshi, Siddiqui-Rahman'),
];
