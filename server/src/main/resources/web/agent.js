import './view/polder-agent.js';
