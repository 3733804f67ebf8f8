import { render } from 'preact'
import { App } from './App'
import { loadSession } from './session'
import './style.css'
import { followLinks } from './url'

followLinks()
void loadSession()
render(<App />, document.getElementById('app')!)
