import { group } from './entries.ts';

export const dutch = [
  group(
    `Anouk, Bram, Cees, Daan, Fleur, Gijs, Hanneke, Joost, Jorien, Lieke, Loïs:lois, Marijke,
     Renée:renee, Sjoerd, Thijs, Wouter, Zoë:zoe`,
    `van der Heijdt, van den Broecke, van de Velthuis, van ’t Wout:vantwout, ’t Hooft-Prins:thooft-prins,
     de Graaff, ter Horst, Dijkhuizen, IJsselstein, Nooteboom-Vos, Reuvekamp, Coëlman:coelman`,
  ),
];

export const nordic = [
  group(
    `Åsa:asa, Astrid, Bjørg:bjorg, Birgitta, Eskil, Göran:goran, Håkon:hakon, Ingvild, Jørn:jorn,
     Kåre:kare, Linnéa:linnea, Mikkel, Øystein:oystein, Rasmus, Sólveig:solveig, Torbjörn:torbjorn`,
    `Åkesson:akesson, Ångström-Lind:angstrom-lind, Bjørnstad:bjornstad, Fjærtoft:fjaertoft, Grønbæk:gronbaek,
     Hägglöf:hagglof, Kjærsgård:kjaersgard, Lindqvist, Nygård:nygard, Ødegaard-Moe:odegaard-moe, Sjödén:sjoden, Strömvall:stromvall`,
  ),
  group(
    'Aino, Eero, Kyösti:kyosti, Päivi:paivi, Väinö:vaino',
    'Hämeenlähde:hameenlahde, Jääskelä:jaaskela, Mäkipää:makipaa, Pöyhönen:poyhonen, Räsänen-Kallio:rasanen-kallio',
  ),
  group(
    'Guðrún:gudrun, Sigþrúður:sigthrudur, Þórdís:thordis',
    'Ægisdóttir:aegisdottir, Hallgrímsdóttir:hallgrimsdottir, Þorvaldsdóttir:thorvaldsdottir',
  ),
];

export const iberian = [
  group(
    `Ainhoa, Álvaro:alvaro, Begoña:begona, Concepción:concepcion, Íñigo:inigo, Jesús:jesus, Lucía:lucia,
     María José:mariajose, Nuño:nuno, Núria:nuria, Rocío:rocio, Sebastián:sebastian, Xènia:xenia`,
    `de la Fuente, del Río Cañizares:delrio, Echevarría:echevarria, Goñi:goni, Ibáñez Peña:ibanez, Muñoz:munoz,
     Ordóñez:ordonez, Peñalver:penalver, Sáez de Urquijo:saez, Zúñiga:zuniga, Puigdevall`,
  ),
  group(
    'Antónia:antonia, Conceição:conceicao, Duarte, Inês:ines, João:joao, Lourenço:lourenco, Tomé:tome, Vitória:vitoria',
    'Assunção:assuncao, Brandão:brandao, Falcão de Sá:falcao, Guimarães:guimaraes, Magalhães Pinto:magalhaes, Queirós:queiros, Simões:simoes',
  ),
];

export const italian = [
  group(
    `Agnese, Cesare, Donatella, Fabrizio, Ginevra, Lorenza, Mariangela, Niccolò:niccolo, Noè:noe,
     Ottavia, Pierluigi, Salvatore, Teresa`,
    `D’Angelo:dangelo, D’Amico:damico, Dell’Acqua:dellacqua, Dall’Ò:dallo, De Luca-Neri, Di Benedetto, Forlì:forli,
     Lo Presti, Mannarà:mannara, Quattrini, Scarpellini`,
  ),
];

export const polish = [
  group(
    `Agnieszka, Bogusława:boguslawa, Bożena:bozena, Elżbieta:elzbieta, Grażyna:grazyna, Jarosław:jaroslaw,
     Łucja:lucja, Łukasz:lukasz, Małgorzata:malgorzata, Michał:michal, Paweł:pawel, Rafał:rafal, Świętosław:swietoslaw, Zdzisław:zdzislaw`,
    `Bąk:bak, Gołąb:golab, Kołodziej:kolodziej, Łuczak:luczak, Mroźny:mrozny, Nowak, Pączek:paczek, Stępień:stepien, Szczęch:szczech,
     Śliwa:sliwa, Wójcik:wojcik, Woźniak:wozniak, Zając:zajac, Żak:zak, Brzęczyk:brzeczyk`,
  ),
];

export const czech = [
  group(
    'Bořivoj:borivoj, Jiří:jiri, Lukáš:lukas, Matěj:matej, Ondřej:ondrej, Řehoř:rehor, Štěpán:stepan, Vojtěch:vojtech',
    'Čížek:cizek, Dvořáček:dvoracek, Hřebík:hrebik, Kříž:kriz, Ježek:jezek, Růžička:ruzicka, Šťovíček:stovicek, Žižka:zizka',
  ),
  group(
    'Alžběta:alzbeta, Božena:bozena, Kateřina:katerina, Květa:kveta, Ľubica:lubica, Markéta:marketa, Zuzana, Žofie:zofie',
    'Čížková:cizkova, Dvořáčková:dvorackova, Hřebíková:hrebikova, Křížová:krizova, Ježková:jezkova, Růžičková:ruzickova, Šťovíčková:stovickova, Žižková:zizkova',
  ),
];

export const turkish = [
  group(
    `Ayşe:ayse, Buğra:bugra, Cem, Çağla:cagla, Çiğdem:cigdem, Doğan:dogan, Emre, Gökçe:gokce, Gülşen:gulsen, Işıl:isil,
     İlknur:ilknur, İpek:ipek, Kağan:kagan, Oğuz:oguz, Öykü:oyku, Özlem:ozlem, Şebnem:sebnem, Ümit:umit, Yiğit:yigit`,
    `Açıkgöz:acikgoz, Akyıldız:akyildiz, Bağcı:bagci, Çelik:celik, Çınaroğlu:cinaroglu, Dağdeviren:dagdeviren, Güneşli:gunesli,
     Ilıcalı:ilicali, İnceoğlu:inceoglu, Karagöz:karagoz, Öztürkmen:ozturkmen, Şahinbaş:sahinbas, Taşkıran:taskiran, Üçok:ucok, Yıldırımer:yildirimer`,
  ),
];

export const danubian = [
  group(
    'Ágota:agota, Árpád:arpad, Csilla, Előd:elod, Gergő:gergo, Gyöngyi:gyongyi, Örs:ors, Zsófia:zsofia',
    'Csörgő:csorgo, Kővári:kovari, Nagy-Szőke:nagy-szoke, Pásztor:pasztor, Szűcs:szucs, Törő:toro, Vörösházi:voroshazi',
  ),
  group(
    'Dragoș:dragos, Ileana, Ionuț:ionut, Mădălina:madalina, Răzvan:razvan, Ștefania:stefania, Anișoara:anisoara',
    'Bălănescu:balanescu, Crăciunel:craciunel, Mărgărit:margarit, Șerbănoiu:serbanoiu, Țurcanu:turcanu, Vlăduț:vladut',
  ),
  group(
    'Đurđica:djurdjica, Hrvoje, Jadranka, Krešimir:kresimir, Maša:masa, Nikša:niksa, Snježana:snjezana',
    'Babić-Lončar:babic-loncar, Čolić:colic, Đurić:djuric, Grgić:grgic, Šarić:saric, Vučković:vuckovic, Žanić:zanic',
  ),
];
