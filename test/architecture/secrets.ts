import path from 'node:path';
import ts from 'typescript';
import { packageRoot } from '../../src/platform/package-root.ts';

const secret = /hash|seed|sealed/i;
// For promises, arrays and maps, only the type arguments matter.
const isFromLibrary = (symbol: ts.Symbol | undefined): boolean =>
  symbol?.declarations?.every((each) => each.getSourceFile().fileName.includes('/node_modules/')) ?? false;

/**
 * Walks everything a module exports: its types and the return types of its functions. Parameters are not included.
 * @param file the module's path within the package
 * @returns the properties with a secret-like name, as `Type.property`, without duplicates
 */
export function exportedSecrets(file: string): string[] {
  const options: ts.CompilerOptions = {
    allowImportingTsExtensions: true,
    exactOptionalPropertyTypes: true,
    module: ts.ModuleKind.NodeNext,
    noEmit: true,
    strict: true,
    target: ts.ScriptTarget.ESNext,
  };
  const program = ts.createProgram([path.join(packageRoot, file)], options);
  const walk = new Walk(program.getTypeChecker());
  const source = program.getSourceFile(path.join(packageRoot, file));
  const module = source && program.getTypeChecker().getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${file} is not a module`);
  walk.module(module);
  return [...walk.found].sort();
}

class Walk {
  readonly found = new Set<string>();
  readonly #checker: ts.TypeChecker;
  readonly #seen = new Set<ts.Type>();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  module(module: ts.Symbol): void {
    for (const each of this.#checker.getExportsOfModule(module)) {
      const symbol = each.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(each) : each;
      if (symbol.flags & ts.SymbolFlags.ValueModule) this.module(symbol);
      else if (symbol.flags & ts.SymbolFlags.Value) this.#type(this.#checker.getTypeOfSymbol(symbol), symbol.name);
      else this.#type(this.#checker.getDeclaredTypeOfSymbol(symbol), symbol.name);
    }
  }

  #type(type: ts.Type, name: string): void {
    if (this.#seen.has(type)) return;
    this.#seen.add(type);
    if (type.isUnionOrIntersection()) for (const each of type.types) this.#type(each, name);
    for (const each of [
      ...(type.aliasTypeArguments ?? []),
      ...this.#checker.getTypeArguments(type as ts.TypeReference),
    ])
      this.#type(each, name);
    if (!(type.flags & ts.TypeFlags.Object)) return;
    for (const signature of type.getCallSignatures()) this.#type(signature.getReturnType(), name);
    if (isFromLibrary(type.symbol)) return;
    const named = (type.aliasSymbol ?? type.symbol)?.name;
    const owner = named === undefined || named.startsWith('__') ? name : named;
    for (const property of type.getProperties()) {
      if (secret.test(property.name)) this.found.add(`${owner}.${property.name}`);
      this.#type(this.#checker.getTypeOfSymbol(property), owner);
    }
  }
}
