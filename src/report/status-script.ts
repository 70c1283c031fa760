/**
 * The script of the status page: fetches the page again and replaces what differs, so that focus, selection, opened
 * details and the place on the page stay. When no answer comes it says so, and how old the shown state is.
 */

const KEYS = `
const key=(node)=>node.nodeType===1?node.id||node.dataset.key||"":"";
const find=(parent,wanted)=>[...parent.children].find((child)=>key(child)===wanted);`;

/** Elements that stay are changed in place; those with a key are known by it, so a new row on top moves no focus. */
const MORPH = `
function morph(old,next){
if(old.isEqualNode(next))return;
if(old.nodeName!==next.nodeName||key(old)!==key(next)){old.replaceWith(next);return}
if(old.nodeType!==1){old.nodeValue=next.nodeValue;return}
for(const{name}of[...old.attributes])if(name!=="open"&&!next.hasAttribute(name))old.removeAttribute(name);
for(const{name,value}of[...next.attributes])if(name!=="open"&&old.getAttribute(name)!==value)old.setAttribute(name,value);
const wanted=[...next.childNodes];
const kept=new Set(wanted.map(key));
for(const child of[...old.children])if(key(child)&&!kept.has(key(child)))child.remove();
wanted.forEach((child,at)=>{
let here=old.childNodes[at]||null;
if(!here||key(here)!==key(child)){
const known=key(child)?find(old,key(child)):undefined;
old.insertBefore(known||child,here);
if(!known)return;
here=known}
morph(here,child)});
while(old.childNodes.length>wanted.length)old.lastChild.remove()}`;

/** A focused link that had to move is found again by where it leads to. */
const APPLY = `
function apply(next){
const focused=document.activeElement;
morph(document.getElementById("main"),next.getElementById("main"));
if(focused&&focused!==document.activeElement&&focused.href){
const again=[...document.querySelectorAll("main a")].find((link)=>link.href===focused.href);
if(again)again.focus({preventScroll:true})}
title=next.title}`;

const POLICY = `'meta[http-equiv="Content-Security-Policy"]'`;

/** A page under another policy has another script or style: only a whole load can show it. */
const UPDATE = `
let heard=Date.now(),problem="",busy=false,timer,title=document.title;
async function load(){
const answer=await fetch(location.href,{cache:"no-store",headers:{accept:"text/html"},signal:AbortSignal.timeout(5000)});
if(!answer.ok)throw new Error("Chatbench answers with status "+answer.status+".");
const next=new DOMParser().parseFromString(await answer.text(),"text/html");
const policy=next.querySelector(${POLICY});
if(!policy||!next.getElementById("main"))throw new Error("Chatbench answers with something else than this page.");
if(policy.content!==document.querySelector(${POLICY}).content){location.reload();return}
apply(next);
heard=Date.now();problem=""}
async function update(){
if(busy||document.hidden)return;
clearTimeout(timer);
busy=true;
try{await load()}catch(error){problem=/^Chatbench/.test(error.message)?error.message:"Chatbench does not answer."}
busy=false;
show();
timer=setTimeout(update,EVERY)}`;

/** Told once when it begins (role alert), with an age that counts beside it. */
const SHOW = `
function show(){
const seconds=Math.round((Date.now()-heard)/1000);
const gone=problem!==""||seconds>8;
const put=(id,text)=>{const at=document.getElementById(id);if(at.textContent!==text)at.textContent=text};
document.body.classList.toggle("stale",gone);
document.getElementById("gone").hidden=!gone;
put("gone-why",gone?(problem||"Chatbench does not answer.")+" Below is what was last heard, not what is now.":"");
put("gone-age",gone?"Last heard "+(seconds<90?seconds+" s":Math.round(seconds/60)+" min")+" ago. Asking again every "+EVERY/1000+" s.":"");
const wanted=gone?"(no answer) "+title:title;
if(document.title!==wanted)document.title=wanted}
document.addEventListener("visibilitychange",()=>{if(!document.hidden){show();update()}});
addEventListener("pageshow",(event)=>{if(event.persisted)update()});
setInterval(()=>{if(!document.hidden)show()},1000);
timer=setTimeout(update,EVERY)`;

/** `everySeconds`: how often the page asks while somebody can see it. */
export function statusScript(everySeconds: number): string {
  const parts = [KEYS, MORPH, APPLY, UPDATE, SHOW].join("");
  return `(()=>{"use strict";const EVERY=${everySeconds * 1000};${parts}})()`;
}
