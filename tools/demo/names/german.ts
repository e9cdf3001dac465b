import { group } from './entries.ts';

/** Given names used in Germany, including by people whose family name has another origin. */
export const germanGivenNames = `
  Alexandra, Anja, Annegret, Annika, Anselm, Antje, Bärbel:baerbel, Beate, Bernd, Björn:bjoern,
  Brigitte, Burkhard, Carsten, Christoph, Cornelia, Dagmar, Detlef, Dietmar, Dörte:doerte,
  Eberhard, Elke, Emil, Felix, Florian, Franziska, Friederike, Georg, Gerlinde, Gregor, Gudrun,
  Günter:guenter, Hannelore, Hans-Jürgen:hans-juergen, Heike, Heinrich, Holger, Ingeborg, Irmgard,
  Jan-Niklas, Jasmin, Joachim, Jörg:joerg, Jürgen:juergen, Käthe:kaethe, Karl-Heinz, Karoline,
  Kerstin, Klara, Lars, Leonie, Lieselotte, Ludger, Lukas, Lutz, Maike, Malte, Manfred, Mareike,
  Marie-Luise, Mechthild, Moritz, Nadine, Niels, Norbert, Ottilie, Patrizia, Ralf, Reinhild,
  Rüdiger:ruediger, Sabine, Sigrid, Silke, Sönke:soenke, Swantje, Tilman, Torsten, Ulrike, Ute,
  Veronika, Volker, Waltraud, Wiebke, Winfried, Wolfgang`;

const familyNames = `
  Abendroth, Achterberg, Amrhein, Aschenbrenner, Bäuerle:baeuerle, Baumgärtner:baumgaertner,
  Beißwenger:beisswenger, Birnstiel, Blümner:bluemner, Böttcher:boettcher, Brandstätter:brandstaetter,
  Brünjes:bruenjes, Büchsenschütz:buechsenschuetz, Clausnitzer, Dahlmann, Dießelhorst:diesselhorst,
  Dörrenberg:doerrenberg, Drömer:droemer, Eichhöfer:eichhoefer, Engelbrecht, Faßbender:fassbender,
  Feldhusen, Flörsheimer:floersheimer, Freitag, Frühauf:fruehauf, Gänsicke:gaensicke, Gerstenmaier,
  Göbelsmann:goebelsmann, Großkopf:grosskopf, Grünewald:gruenewald, Haberstroh, Hägele:haegele,
  Heidenreich, Hintermüller:hintermueller, Höchstädter:hoechstaedter, Hübschmann:huebschmann,
  Jägersberger:jaegersberger, Jöns:joens, Kälberer:kaelberer, Kirschbaum, Knöpfle:knoepfle,
  Köhnke:koehnke, Kräutlein:kraeutlein, Kühnel:kuehnel, Lämmle:laemmle, Langhammer-Otto,
  Leuthold-Kamp, Löwenberg:loewenberg, Lüdemann:luedemann, Mäurer:maeurer, Meyer, Mößinger:moessinger,
  Müller:mueller, Müller-Lüdenau:mueller-luedenau, Nägele:naegele, Nüßlein:nuesslein, Oberländer:oberlaender,
  Öhlschläger:oehlschlaeger, Petersdorf, Pfäffle:pfaeffle, Plöger:ploeger, Querfurth, Räuchle:raeuchle,
  Rößner:roessner, Rübsamen:ruebsamen, Sägebrecht:saegebrecht, Schäfer-Holm:schaefer-holm,
  Schönfelder:schoenfelder, Schrödter:schroedter, Schüßler:schuessler, Spätling:spaetling,
  Steinhäuser:steinhaeuser, Stührenberg:stuehrenberg, Süßmilch:suessmilch, Thönnessen:thoennessen,
  Trüper:trueper, Überall:ueberall, Vögele:voegele, von Dahlenburg, von der Mühlen:vondermuehlen,
  von Grünau:vongruenau, Wäschle:waeschle, Weißenborn:weissenborn, Wöhrmann:woehrmann,
  Wüstenhagen:wuestenhagen, Zschäpitz:zschaepitz, zu Reckenthal, Zürn:zuern`;

export const german = [group(germanGivenNames, familyNames)];

/** A name longer than any column is designed for. */
export const germanLong = [
  group('Hans-Jürgen Maximilian:hans-juergen', 'Freiherr von Schellenbach-Wolfratshofen zu Düsterloh:vonschellenbach'),
];

/** A name shared by several people, who differ only in their user names. */
export const germanNamesakes = [group('Sabine', 'Müller:mueller')];
