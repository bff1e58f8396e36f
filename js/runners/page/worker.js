import { observed } from '../../build/suite/index.js';
import { ENGINES } from './engines.js';
import { findingsHere } from './here.js';

const engine = new URLSearchParams(location.search).get('engine');
const entry = await observed(() => import(`../../dist/${ENGINES[engine].web}`));
postMessage(await findingsHere(engine, entry, (name) => import(`../../dist/hosts/${name}.js`)));
