import 'reflect-metadata';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { GuardsConsumer } from '@nestjs/core/guards/guards-consumer.js';
import { bareVerifier } from './contenders/bare.mjs';
import { newKeys } from './harness/keys.mjs';
import { FreshTexts, newTokens } from './harness/tokens.mjs';
import { setUp } from './protections/index.mjs';
const [ids, alg='HS256', expired] = [process.argv[2].split(','), process.argv[3], process.argv[4]];
const keys=newKeys(alg); const tokens=newTokens(1000,alg,keys,expired?-60:undefined); const headers=new FreshTexts(tokens.map(t=>`Bearer ${t}`)); const texts=new FreshTexts(newTokens(1000,alg,keys));
const fns={};
for(const id of ['open',...ids]){ const p=await setUp(id,{algorithm:alg,keys}); if(p.skipped)throw new Error(p.skipped); const ctx=await NestFactory.createApplicationContext(p.rootModule(),{logger:false,abortOnError:false});
 const [c]=[...ctx.get(ModulesContainer).values()].flatMap(({controllers})=>[...controllers.values()]); const instance=c.instance; const guards=[ctx.get(p.guard,{strict:false})]; const consumer=new GuardsConsumer();
 const act=(i)=>consumer.tryActivate(guards,[{method:'GET',url:'/',headers:{authorization:headers.at(i)}},{},()=>{}],instance,instance.read,'http'); const sw=()=>{};
 fns[id]= expired&&id!=='open'?(i)=>act(i).catch(sw):act; }
const verify=bareVerifier(alg,keys);
async function timeAsync(f,n){const b=process.cpuUsage(); for(let i=0;i<n;i++) await f(i); const u=process.cpuUsage(b); return (u.user+u.system)*1000/n;}
function time(f,n){const b=process.cpuUsage(); for(let i=0;i<n;i++) f(i); const u=process.cpuUsage(b); return (u.user+u.system)*1000/n;}
const N=alg==='HS256'?30000:2000; const res={}; const add=(k,v)=>(res[k]??=[]).push(v);
for(let r=0;r<11;r++){ add('text',time(i=>texts.at(i),N)); add('bare',time(i=>verify(texts.at(i)),N)); for(const k in fns) add(k,await timeAsync(fns[k],N)); }
const med=k=>res[k].slice(2).sort((a,b)=>a-b)[4]; const unit=med('bare')-med('text');
console.log('unit',unit.toFixed(0),'ns', 'open',med('open').toFixed(0)); for(const id of ids) console.log(id,(med(id)-med('open')).toFixed(0),'ns', ((med(id)-med('open'))/unit).toFixed(3));
