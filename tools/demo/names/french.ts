import { group } from './entries.ts';

/** Given names used in France, including by people whose family name has another origin. */
export const frenchGivenNames = `
  Adèle:adele, Agathe, Aline, Alix, Amandine, Anaïs:anais, Anne-Sophie, Antoine, Apolline,
  Arthur, Aurélie:aurelie, Aurélien:aurelien, Axelle, Baptiste, Bastien, Bérénice:berenice,
  Blandine, Bruno, Capucine, Cécile:cecile, Cédric:cedric, Charlène:charlene, Chloé:chloe,
  Clément:clement, Clémence:clemence, Clotilde, Corentin, Cyril, Damien, Delphine, Denis,
  Édith:edith, Éléonore:eleonore, Élise:elise, Élodie:elodie, Émeline:emeline, Enzo, Estelle,
  Étienne:etienne, Eugénie:eugenie, Fabien, Fanny, Florian, François-Xavier:francois-xavier,
  Gaëlle:gaelle, Gaëtan:gaetan, Gaspard, Geneviève:genevieve, Ghislain, Grégoire:gregoire,
  Guillaume, Hélène:helene, Héloïse:heloise, Hervé:herve, Honoré:honore, Hugo, Inès:ines,
  Jean-Baptiste, Jérémie:jeremie, Joëlle:joelle, Joséphine:josephine, Julien, Justine, Laure,
  Léa:lea, Léo:leo, Léonie:leonie, Loïc:loic, Lucie, Ludivine, Maëlle:maelle, Maël:mael,
  Manon, Marc-Antoine, Margaux, Marion, Marie-Noëlle:marie-noelle, Mathilde, Maxence,
  Méline:meline, Morgane, Nathanaël:nathanael, Nicolas, Noé:noe, Océane:oceane, Octave,
  Odile, Pauline, Pierre-Yves, Quentin, Rémi:remi, Raphaël:raphael, Romane, Sébastien:sebastien,
  Ségolène:segolene, Solène:solene, Sylvain, Thaïs:thais, Théo:theo, Timothée:timothee,
  Tiphaine, Valentin, Victoire, Violette, Xavier, Yann, Yvan, Zoé:zoe`;

const familyNames = `
  Alléon:alleon, Aubertin, Aubry, Bachelet, Bailleul, Barbotin, Bardou, Beauchêne:beauchene,
  Bélanger:belanger, Besson, Bessière:bessiere, Blanchet, Boisvert, Bonnefoy, Bouchardon,
  Bourdin, Bréchet:brechet, Brunet, Cadiou, Carpentier, Cazenave, Chabrier, Champagnac,
  Châtelain:chatelain, Chauvet, Clavel, Coëtmeur:coetmeur, Colombier, Cordier, Cormier,
  Coste, Crépin:crepin, D’Aubigny:daubigny, D’Hauteville:dhauteville, de La Tourette,
  de Saint-Aubin, Delahaye, Delmas, Deschamps-Roy, Desforges, Dubreuil, Duchêne:duchene,
  Dufresne, Dumoulin, Duprat, Estival, Estève:esteve, Fabre-Lacombe, Faucher,
  Ferrand, Feuillâtre:feuillatre, Flament, Fournier, Frémont:fremont, Gaillard, Garrigue,
  Gauthier, Gilbert-Moulin, Granger, Grosjean-Vidal, Guégan:guegan, Guérin:guerin, Guibert,
  Hébrard:hebrard, Héraud:heraud, Jacquemin, Joubert, Kerbrat, Kervella, L’Hostis:lhostis,
  Labrousse, Lachaume, Lagarde, Lamarque, Lavigne, Le Bihan, Le Cléac’h:lecleach, Le Corre,
  Le Guen, Lebreton, Lefèvre:lefevre, Lemaître:lemaitre, Lemoine, Lévêque:leveque, Maillard,
  Malherbe, Marchand, Marquet, Martin, Maurel, Ménard:menard, Mercier, Meunier, Mézières:mezieres,
  Montagnier-Faure, Nœux:noeux, Noguès:nogues, Ollivier, Ouvrard, Pasquet, Péchard:pechard,
  Perrot, Peyrat, Pichon, Poirier, Pradel, Prévost:prevost, Quéméner:quemener, Quesnel,
  Rambaud, Régnier:regnier, Rivoire, Robin, Roche, Rougier, Rouvière:rouviere, Sabatier,
  Salaün:salaun, Saunier, Séverac:severac, Tavernier, Teissier, Thévenet:thevenet, Tisserand,
  Tréhout:trehout, Vaillant, Valade, Vasseur, Verdier, Vigneron, Villeneuve-Bargemont, Yvon`;

export const french = [group(frenchGivenNames, familyNames)];

/** A name longer than any column is designed for. */
export const frenchLong = [
  group('Marie-Élisabeth Alexandrine:marie-elisabeth', 'de La Rochebrune-Montferrand d’Aubeterre:delarochebrune'),
];

/** A name shared by several people, who differ only in their user names. */
export const frenchNamesakes = [group('Marion', 'Martin')];
